"""What compilers, bundlers and linters say about the code."""

from connectory.publishing.tools.causes.model import exactly, when

IMPORT = ("Correct the path (upper and lower case matter), commit the file, or add the package to "
          "the dependencies of this application.")  # fmt: skip

COMPILING = (
    when(r"error TS(5083|6053): (?:Cannot read file|File) '([^']+)'",
         "The tsconfig.json extends {1}, which is not there (TS{0}).",
         "Commit that file, or add the package that brings it to the dependencies."),
    when(r"error TS2688: Cannot find type definition file for '([^']+)'",
         "The type definitions of {0} are not installed (TS2688).",
         "Add @types/{0} (or the package itself) to the dependencies of this application, or take "
         "it out of types in tsconfig.json."),
    when(r"error TS18003: No inputs were found[^\n]*?Specified 'include' paths were '([^']+)'",
         "TypeScript found no files to compile at {0} (TS18003).",
         "Correct include or files in tsconfig.json."),
    when(r"^(\S+?)[(:](\d+)[,:]\d+\)?(?: -|:) error TS6059: File '([^']+)' is not under",
         "{0}:{1}: it imports {2}, which lies outside of the application's rootDir (TS6059).",
         "Move what is shared into a local package (file: or link:) or into the application."),
    exactly(r"^(\S+?)[(:](\d+)[,:]\d+\)?(?: -|:) error (TS\d+): "
            r"([^\n]+?)\.?$",
            "{0}:{1}: {3} ({2})", "Run tsc in the application's folder.", "TypeScript error"),
    exactly(r"^error (TS\d+): ([^\n]+)", "TypeScript: {1} ({0})", "Correct tsconfig.json."),
    exactly(r"^ERROR in (\S+)[^\n]*\n(?:TS\d+|\[tsl\] ERROR[^\n]*\n\s*(TS\d+)): ([^\n]+)",
            "{0}: {2} ({1})", "Run tsc in the application's folder.", "error"),
    exactly(r"^ERROR in (\S+)(?: (\d+):[\d-]+)?\n(?:Module not found: Error: )?"
            r"(Can't resolve [^\n]+)",
            "webpack: {0}: {2}", IMPORT, "error"),
    exactly(r"^ERROR in (\S+) (\d+):[\d-]+\n([^\n]+)", "webpack: {0}:{1}: {2}", counted="error"),
    exactly(r"^ERROR in ([^\n]+)\n([^\n]+)", "webpack: {0}: {1}", counted="error"),
    exactly(r"^\[vite\]: (Rollup failed to resolve import [^\n]+)", "Vite: {0}", IMPORT),
    exactly(r"error during build:\n(?:\[[^\]\n]+\] )?([^\n]+)", "Vite: {0}"),
    exactly(r"^\[!\] (?:\([^)\n]*\) )?(?:RollupError|Error|SyntaxError): "
            r"(Could not resolve [^\n]+)",
            "Rollup: {0}", IMPORT),
    exactly(r"^\[!\] (?:\([^)\n]*\) )?((?:\w*Error: )?[^\n]+)", "Rollup: {0}"),
    exactly(r"^✘ \[ERROR\] ([^\n]+)\n\n\s+(\S+?):(\d+):\d+:", "esbuild: {1}:{2}: {0}",
            counted="error"),
    exactly(r"^✘ \[ERROR\] ([^\n]+)", "esbuild: {0}", counted="error"),
    exactly(r"Build failed\.\n+(@parcel/[^\n:]+): ([^\n]+)", "Parcel: {1}", IMPORT),
    exactly(r"^SyntaxError: (\S+?\.\w+): ([^\n]+?) \((\d+):\d+\)\n[\s\S]*?BABEL_PARSE_ERROR",
            "Babel: {0}:{2}: {1}", "Correct the syntax, or add the preset that knows it."),
    exactly(r"Missing environment variable '(\w+)' specified in config",
            "The configuration of the application names the variable {0}, which is not set.",
            "Declare {0} in connect.yaml, or take it out of the application's configuration file."),
    when(r"Cannot find (?:module|package) '(@babel/(?:preset|plugin)[^']+|babel-[^'/]+)'",
         "Babel needs {0}, which is not installed.",
         "Add it to the dependencies of this application."),
    exactly(r"^(/?\S+\.\w+)\n\s+(\d+):\d+\s+error\s+([^\n]+?)\s{2,}(\S+)$",
            "ESLint: {0}:{1}: {2} ({3})", "Correct it, or do not lint in the build script."),
)  # fmt: skip
