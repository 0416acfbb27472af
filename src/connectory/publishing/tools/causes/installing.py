"""What npm, both yarns and pnpm say when an install fails."""

from connectory.publishing.tools.causes.model import exactly, when

PUBLISHED = "Depend on a published version and update the lockfile."
DISAGREES = "The lockfile does not agree with package.json"

INSTALLING = (
    when(r"No matching version found for (\S+?)\.?(?:\s|$)",
         "The registry has no version of {0}.", PUBLISHED),
    when(r"Couldn't find any versions for \"([^\"]+)\" that matches \"([^\"]+)\"",
         "The registry has no version of {0} that matches {1}.", PUBLISHED),
    when(r"404 Not Found - GET (\S+)(?: [^\n]*)?\n(?:[^\n]*\n){0,6}?[^\n]*"
         r"The requested resource '([^']+)'",
         "The registry does not have {1} ({0}).",
         "Check the name, depend on a published version and update the lockfile. A private package "
         "cannot be had: publish it, or make it part of the repository."),
    when(r"404 Not Found - GET (\S+)", "The registry does not have {0}.", PUBLISHED),
    when(r"(https?://\S+?)\"?: Request failed \"404 Not Found\"",
         "The registry does not have {0}.", PUBLISHED),
    when(r"Couldn't find package \"([^\"]+)\"",
         "The registry has no package {0}.", "Check its name in package.json."),
    when(r"(\S+)@npm:(\S+): No candidates found",
         "The registry has no version of {0}@{1}.", PUBLISHED),
    when(r"(\S+): No candidates found", "The registry has no version of {0}.", PUBLISHED),
    when(r"YN0035: [^\w@]*(\S+?)@npm:\S+: Package not found",
         "The registry has no package {0}.", "Check its name in package.json."),
    when(r"ERR_PNPM_(?:FETCH_404|NO_MATCHING_VERSION)[^\w\n]+(.+)",
         "The registry answered: {0}", PUBLISHED),
    when(r"npm (?:error|ERR!) code (E401|ENEEDAUTH|E403)\b"
         r"|ERR_PNPM_FETCH_(40[13])|(?:Request failed \"|Response Code: )(40[13])",
         "A package registry asks for a login ({0}{1}{2}): a private package cannot be had here.",
         "Depend on public packages only, or make the package part of the repository; take the "
         "registry out of .npmrc."),
    when(r"npm (?:ci|install). can only install (?:packages )?(?:when|with)[\s\S]{0,600}?"
         r"(?:Missing|Invalid): ([^\n]+?)(?: from lock file)?$",
         DISAGREES + ": {0} is missing from it or differs.",
         "Run npm install, then commit package.json and the lockfile together."),
    when(r"npm (?:ci|install). can only install (?:packages )?(?:when|with)", DISAGREES + ".",
         "Run npm install, then commit package.json and the lockfile together."),
    when(r"Your lockfile needs to be updated|lockfile would have been modified|YN0028",
         DISAGREES + ".", "Run yarn install, then commit package.json and yarn.lock together."),
    when(r"ERR_PNPM_OUTDATED_LOCKFILE", DISAGREES + ".",
         "Run pnpm install, then commit package.json and pnpm-lock.yaml together."),
    when(r"^npm (?:error|ERR!) ERESOLVE [\s\S]{0,600}?Found: (\S+)[\s\S]{0,900}?Could not resolve"
         r" dependency:\s+(?:npm (?:error|ERR!)\s+)?(?:dev |optional )?peer(?:Optional)? (\S+) "
         r"from (\S+)",
         "{2} needs {1} beside it, but {0} is installed (npm: ERESOLVE).",
         "Settle these versions in package.json, or add legacy-peer-deps=true to .npmrc."),
    exactly(r"\bERESOLVE\b", "The dependencies contradict each other (npm: ERESOLVE).",
         "Settle the peer dependencies named below, or add legacy-peer-deps=true to .npmrc."),
    when(r"Incorrect integrity when fetching from the cache for \"([^\"]+)\""
         r"|Integrity check failed for \"([^\"]+)\"|(\S+)@\S+: The remote archive doesn't match",
         "The package {0}{1}{2} is not the one that the lockfile names (its checksum differs).",
         "Update the lockfile from the public registry."),
    when(r"EINTEGRITY|Integrity check failed|ERR_PNPM_TARBALL_INTEGRITY|YN0018",
         "A package is not the one that the lockfile names (its checksum differs).",
         "Update the lockfile from the public registry."),
    when(r"(?:Not compatible with your version of node/npm: (\S+)\n[\s\S]*?Required: (\{[^\n]+))",
         "{0} does not run on this version of Node.js: it asks for {1}.",
         "Set engines.node in package.json to a version that it supports."),
    when(r"Expected version: (\S+)\n\s*Got: (\S+)",
         "Unsupported environment: version {0} of Node.js is asked for, {1} is there.",
         "Set engines.node in package.json to a version that exists."),
    when(r"error (\S+): The engine \"node\" is incompatible with this module\. "
         r"Expected version \"([^\"]+)\"",
         "{0} does not run on this version of Node.js: it asks for {1}.",
         "Set engines.node in package.json to a version that it supports."),
    when(r"Unsupported (?:engine|environment)|is incompatible with this module",
         "A dependency does not run on this version of Node.js.",
         "Set engines.node in package.json to a version that it supports."),
    when(r"Unsupported URL Type \"(\w+):\": (\S+)",
         "npm does not know the protocol {0}: in the version {1} of a dependency.",
         "Use file: with npm, or commit the lockfile of the manager that knows it."),
    when(r"Workspace not found \(?([^)\n]+)|ERR_PNPM_WORKSPACE_PKG_NOT_FOUND[^\w\n]+(.+)",
         "A dependency names a package of a workspace that is not there: {0}{1}",
         "Each application is installed in its own folder: use file: or link: instead."),
    when(r"command git --no-replace-objects ls-remote (\S+)|Command: git\s+Arguments: ls-remote"
         r"[^\n]* (\S+)|git ls-remote [^\n]*?((?:ssh|git|https?)\S+)",
         "A dependency comes from a Git repository, which a build cannot reach: {0}{1}{2}",
         "Depend on a version in the npm registry, or make the package part of the repository."),
    when(r"defines \"packageManager\": \"(?:yarn@)?([^\"]+)\"\. However the current global version "
         r"of Yarn is (\S+?)\.(?:\s|$)",
         "package.json asks for {0}, but the lockfile is one of Yarn {1}.",
         "Commit the yarn.lock that the version in packageManager writes."),
    when(r"Invalid package\.json: (?:JSONParseError: )?([^\n]+)",
         "A package.json is not valid JSON: {0}", "Correct its syntax."),
    when(r"Failed to apply patch for package (\S+)",
         "patch-package could not apply the patch for {0}: the package has changed since.",
         "Make the patch anew for the installed version, or remove it."),
    when(r"gyp ERR! (?:find Python|stack Error: Could not find any Python)",
         "node-gyp could not compile a native dependency: there is no Python here.",
         "Use a version of the dependency that comes with a finished binary for this Node.js."),
    when(r"npm (?:error|ERR!) path (\S+)\n[\s\S]{0,16000}?gyp ERR! (?:stack Error|build error)",
         "node-gyp could not compile the native dependency in {0}.",
         "Use a version of the dependency that comes with a finished binary for this Node.js."),
    when(r"gyp ERR! (?:stack Error: ([^\n]+)|build error|not ok)",
         "node-gyp could not compile a native dependency. {0}",
         "Use a version of the dependency that comes with a finished binary for this Node.js."),
    exactly(r"sh: \d+: ([^\s/]+): not found\nnpm (?:error|ERR!) code 127",
            "The program {0}, which an install script calls, is not installed.",
            "Add the package that brings {0} to the dependencies of this application."),
    when(r"npm (?:error|ERR!) path (\S+)\n(?:[^\n]*\n){0,3}?npm (?:error|ERR!) command sh -c "
         r"([^\n]+)(?:\nnpm (?:error|ERR!) (?!A complete log)([^\n]+))?",
         "An install script in {0} failed ({1}): {2}",
         "See its output below."),
)  # fmt: skip
