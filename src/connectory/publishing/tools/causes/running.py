"""What Node.js and the shell say when a program cannot go on."""

from connectory.publishing.tools.causes.model import exactly, when

VARIABLE = r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b"
MISSING = r"(?:missing|required|undefined|not set|not defined|not provided|must be set|is empty)"
UNSET = ("A build and its tests see no configuration: read it when the application runs, or give "
         "it a default.")  # fmt: skip
CHECK_OUTPUT = (
    "Check that the build makes it: where it puts its output (outDir in tsconfig.json)"
    " and what the script names; and that the name is right in upper and lower case."
)
INSTALL = "Add it to the dependencies of this application, or install it where it is needed."

RUNNING = (
    when(r"JavaScript heap out of memory", "Node.js ran out of heap memory.",
         "Make it use less, or set NODE_OPTIONS=--max-old-space-size in the script."),
    when(r"ENOSPC: no space left on device|No space left on device", "The disk is full.",
         "Make it write less."),
    exactly(r"env: [‘'](\w+)\\r[’']: No such file|/bin/\w*sh\^M: bad interpreter",  # noqa: RUF001
            "A script has Windows line endings (CRLF): its first line names a program that does "
            "not exist.",
            "Convert it to LF and say so in .gitattributes (* text=auto eol=lf)."),
    exactly(r"sh: \d+: (\.{0,2}/\S+|\S+/\S+): not found",
            "The script {0} cannot be started: it is not there, or it has Windows line endings "
            "(CRLF).",
            "Commit it with LF line endings (.gitattributes: * text=auto eol=lf)."),
    exactly(r"sh: \d+: (\S+): Permission denied",
            "The script {0} may not be executed: it lacks the permission.",
            "Run git update-index --chmod=+x for it, or call it with sh or node."),
    exactly(r"sh: \d+: (\S+): not found",
            "The program {0}, which a script calls, is not installed.",
            "Add the package that brings {0} to the dependencies of this application."),
    exactly(r"sh: \d+: Syntax error: ([^\n]+)", "A script is not valid for the shell: {0}.",
            "Scripts are run by sh: quote as it wants."),
    when(r"(?:Missing script|couldn't find a script named):? \"?([^\"\s]+)",
         "package.json has no script {0}.", "Add it, or correct the script that calls it."),
    when(r"error Command \"([^\"]+)\" not found", "package.json has no script {0}.",
         "Add it, or correct the script that calls it."),
    exactly(r"Error \[ERR_REQUIRE_ESM\]: require\(\) of ES Module (\S+)(?: from (\S+))?",
            "{1} loads the ES module {0} with require(), which Node.js cannot do.",
            "Use import, or a version of the package for CommonJS."),
    exactly(r"SyntaxError: Cannot use import statement outside a module",
            "A file with import statements is run as CommonJS (Cannot use import statement outside "
            "a module).",
            'Add "type": "module" to package.json, or compile to CommonJS.'),
    exactly(r"^(?:file://)?(\S+?):(\d+)\n[\s\S]{0,400}?ReferenceError: "
            r"((?:require|module|exports|__dirname|__filename) is not defined in ES module scope)",
            "{0}:{1}: {2}.", 'Name the file .cjs, or use import: package.json says "type": '
            '"module".'),
    exactly(r"SyntaxError: (The requested module '[^']+' does not provide an export named '[^']+')",
            "{0}.", "Correct the import, or the version of the package."),
    exactly(r"^(?:file://)?(/?\S+?\.\w+):(\d+)\n[\s\S]{0,600}?\nSyntaxError: ([^\n]+)",
            "{0}:{1}: SyntaxError: {2}", "Correct the syntax."),
    exactly(r"SyntaxError: (?:\S+/)?(\S+\.json): ([^\n]+)", "{0} is not valid JSON: {1}",
            "Correct its syntax."),
    exactly(r"Cannot find module '(\./[^']+|/[^']+)' imported from ([^\s']+)",
            "There is no file {0} (upper and lower case matter), which {1} imports.",
            CHECK_OUTPUT),
    exactly(r"Cannot find module '(\.{1,2}/[^']*|/[^']+)'[^\n]*\n(?:Require stack:\n- (\S+))",
            "There is no file {0} (upper and lower case matter), which {1} loads.", CHECK_OUTPUT),
    exactly(r"Cannot find module '(\.{1,2}/[^']*|/[^']+)'(?: from '([^']+)')?",
            "There is no file {0}, which is to be run or loaded.", CHECK_OUTPUT),
    when(r"Cannot find (?:module|package) '([^']+)'", "The module {0} is not installed.", INSTALL),
    when(r"listen EADDRINUSE: address already in use (\S+)",
         "The port {0} is in use already: two servers want it.",
         "Use port 0 in tests, and close each server after its test."),
    exactly(rf"^[^\n]{{0,80}}?Error: [^\n]{{0,200}}?{VARIABLE}[^\n]{{0,200}}?(?i:{MISSING})",
            "The variable {0} is not set.", UNSET),
    exactly(rf"^[^\n]{{0,80}}?Error: [^\n]{{0,200}}?(?i:{MISSING})[^\n]{{0,200}}?{VARIABLE}",
            "The variable {0} is not set.", UNSET),
    when(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)",
         "It tried to reach {0}, but there is no network here.",
         "Do without the network, or replace the service in tests."),
    when(r"connect (?:ECONNREFUSED|ENETUNREACH|EHOSTUNREACH) (\S+)",
         "It tried to reach {0}, where nothing answers here.",
         "Do without the service, or replace it in tests."),
    exactly(r"Error: ENOENT: no such file or directory, (\w+) '([^']+)'",
            "There is no file {1} (ENOENT, {0}).",
            "Commit it, or make it in the build; upper and lower case matter."),
    exactly(r"Error: EACCES: permission denied, (\w+) '([^']+)'",
            "It may not {0} {1} (EACCES)."),
    exactly(r"Error: EROFS: read-only file system, (\w+) '([^']+)'",
            "It may not {0} {1}: it is read-only here (EROFS)."),
    exactly(r"^(?:Uncaught )?((?:[A-Z]\w*)?Error(?: \[\w+\])?: [^\n]+)", "{0}"),
)  # fmt: skip
