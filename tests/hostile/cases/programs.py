"""Scripts of a connector that read, reach, fill, stay or write where they must not."""

from tests.hostile.case import BUILD, Case, Connector, Contained, Files, Refused
from tests.hostile.cases.connectors import LISTEN, building, honest, program, shell

RUNS = Contained()
FAILED = Contained("Failed")
UNSEEN = Contained("Failed", never=r"\b(SEEN|REACHED|WROTE|MOUNTED|TRACED)\b(?! \|\|)")


def of(group: str, name: str, tries: str, files: Files, ends: Contained | Refused, **limits: int
       ) -> Case:  # fmt: skip
    return Case(group, name, tries, Connector(files), ends, limits)


def reads(name: str, tries: str, places: str) -> Case:
    return of("reading", name, tries, shell(f"cat {places} && echo SE''EN\nls -la {places}\nexit 1\n"),  # noqa: E501
              UNSEEN)  # fmt: skip


def reaches(name: str, tries: str, script: str, stage: str = "build") -> Case:
    tail = "\nsetTimeout(() => process.exit(1), 1500);\n"
    ends = UNSEEN if stage == "build" else Contained()
    return of("reaching", name, tries, program(script + tail, stage), ends)


def connect(options: str) -> str:
    return (
        f"require('net').connect({options}, () => console.log('REA' + 'CHED'))"
        ".on('error', e => console.log(e.code));"
    )


def exhausts(name: str, tries: str, files: Files, says: str, **limits: int) -> Case:
    return of("exhausting", name, tries, files, Contained("Failed", says), **limits)


def stays(name: str, tries: str, script: str, ends: Contained = RUNS) -> Case:
    return of("staying", name, tries, shell(script), ends, build_timeout=4)


def writes(name: str, tries: str, script: str, ends: Contained = RUNS, stage: str = "build"
           ) -> Case:  # fmt: skip
    return of("writing", name, tries, shell(script, stage), ends)


READING = (
    reads("neighbour's files", "the files of a neighbour", "@FOLDER@/secret"),
    reads("another run's files", "the files of another run", "@WORKSPACE@/source/secret"),
    reads("shadow", "the host's passwords", "/etc/shadow"),
    reads("keys of ssh", "keys of the platform's user", "/root/.ssh /root/.npmrc /root/.gitconfig"),
    of(
        "reading",
        "environment of the first process",
        "variables of what started it",
        shell("tr '\\0' '\\n' < /proc/1/environ | sed 's/^/FIR''ST /'\nexit 1\n"),
        Contained("Failed", "FIRST PATH=", never=r"FIRST (?!PATH=)"),
    ),
    reads("memory of processes", "other processes' memory", "/proc/1/mem /proc/kcore /dev/mem"),
    of(
        "reading",
        "environments of all processes",
        "variables of any process there is",
        shell("cat /proc/*/environ /proc/*/task/*/environ | tr '\\0' '\\n'\nexit 1\n"),
        FAILED,
    ),
    of(
        "reading",
        "own environment",
        "variables of the platform",
        shell("env; set; exit 1\n"),
        FAILED,
    ),
    of(
        "reading",
        "roots of processes",
        "the host by another process's root",
        shell(
            "for p in /proc/[0-9]*; do cat $p/root@FOLDER@/secret $p/cwd/../secret; done\n"
            "ls /proc/1/root/; exit 1\n"
        ),
        FAILED,
    ),
    of(
        "reading",
        "descriptors",
        "files that were left open",
        shell(
            "for f in /proc/self/fd/* /proc/1/fd/*; do readlink $f; done; ls -la /proc/self/fd\n"
            "for n in 3 4 5 6 7 8 9; do cat <&$n; done; exit 1\n"
        ),
        FAILED,
    ),
    of(
        "reading",
        "settings of the machine",
        "the host's name and users to be told",
        shell("cat /etc/hostname /etc/machine-id /sys/class/dmi/id/* && echo SE''EN; exit 1\n"),
        UNSEEN,
    ),
    of(
        "reading",
        "a link made on the way",
        "the host's file in the artifact",
        shell("ln -s @FOLDER@/secret stolen; ln -s /etc/passwd passwd\n"),
        Refused(BUILD, "leads out of the tree"),
    ),
)
REACHING = (
    reaches("loopback of the host", "a service on the host's loopback",
            connect("@PORT@, '127.0.0.1'") + connect("@PORT@, '::1'") + connect("@PORT@, 'localhost'")),  # noqa: E501
    reaches("docker socket", "the engine of containers",
            connect("{path: '@SOCKET@'}") + connect("{path: '/var/run/docker.sock'}")),
    reaches("abstract socket", "a socket without a file", connect("{path: '\\0@ABSTRACT@'}")),
    reaches("metadata of the cloud", "the cloud's secrets", connect("80, '169.254.169.254'")),
    reaches("any host", "a host outside", connect("443, '1.1.1.1'")),
    reaches("names", "to send by questions for names",
            "require('dns').resolve('a.example.org', (e) => console.log(e ? e.code : 'REA' + 'CHED'));"),  # noqa: E501
    reaches("registry front to elsewhere", "other hosts by the registry's door",
            "fetch('http://127.0.0.1:3129//127.0.0.1:@PORT@/').then(r => "
            "console.log(r.status), e => console.log(e.message));"
            "fetch('http://127.0.0.1:3129/%2e%2e/%2e%2e/etc/passwd').then(r => "
            "console.log(r.status));"),
    reaches("proxy to the loopback", "the host's services by the proxy",
            "const r=require('http').request({port: 3128, method: 'CONNECT', "
            "path: '127.0.0.1:@PORT@'}); r.on('connect', a => console.log(a.statusCode === 200 "
            "? 'REA' + 'CHED' : a.statusCode)); r.on('error', e => console.log(e.code)); r.end();"),
    reaches("tests that reach", "anything at all, in the tests",
            connect("@PORT@, '127.0.0.1'") + "fetch('https://registry.npmjs.org').then(() => "
            "console.log('REA' + 'CHED'), () => {});", "test"),
    of("reaching", "start that reaches", "anything at all, at its first start",
       {**honest(), "service/index.js": connect("@PORT@, '127.0.0.1'") + LISTEN}, Contained()),
    of("reaching", "open port", "to be reached from the host",
       program("require('net').createServer().listen(8080, '0.0.0.0');"
               "setTimeout(() => process.exit(0), 500);\n"), Contained()),
)  # fmt: skip
EXHAUSTING = (
    exhausts(
        "fork bomb",
        "every process number there is",
        shell("f(){ f|f& }; f; sleep 30\n"),
        "",
        build_timeout=4,
    ),
    exhausts(
        "memory",
        "all memory",
        program("const a=[];for(;;)a.push(Buffer.alloc(1<<24,1))\n"),
        "more than 512 MiB of memory",
    ),
    exhausts(
        "memory in /tmp",
        "all memory, as files",
        shell("dd if=/dev/zero of=/tmp/x bs=1M count=2000 || exit 1\n"),
        "",
    ),
    exhausts(
        "disk",
        "all of the disk",
        shell(
            "n=0; while :; do n=$((n+1)); dd if=/dev/zero of=f$n bs=1M count=8; sleep 0.05; done\n"
        ),
        "more than 128 MiB of disk",
    ),
    exhausts(
        "one large file",
        "all of the disk by one file",
        shell("dd if=/dev/zero of=f bs=1M count=2000 || exit 1\n"),
        "",
    ),
    exhausts(
        "never ending",
        "to be waited for for ever",
        shell("sleep 1000\n"),
        "within 2 seconds",
        build_timeout=2,
    ),
    exhausts(
        "busy for ever",
        "every processor for ever",
        program("for(;;);\n"),
        "within 2 seconds",
        build_timeout=2,
    ),
    exhausts(
        "deaf",
        "not to hear that its time is over",
        shell("trap '' TERM INT HUP; while :; do sleep 1; done\n"),
        "within 2 seconds",
        build_timeout=2,
    ),
    of(
        "exhausting",
        "tests that hang",
        "to be waited for in its tests",
        shell("sleep 1000\n", "test"),
        Contained(says="within 2 seconds"),
        build_timeout=2,
    ),
    of(
        "exhausting",
        "tests that wait for input",
        "to be asked",
        shell("read answer; echo got:$answer; sleep 1000\n", "test"),
        Contained(says="within 2 seconds"),
        build_timeout=2,
    ),
    of(
        "exhausting",
        "start that hangs",
        "never to listen",
        {**honest(), "service/index.js": "setInterval(() => {}, 1000);\n"},
        Contained(),
    ),
    of(
        "exhausting",
        "many descriptors",
        "every descriptor there is",
        program(
            "const fs=require('fs');try{for(;;)fs.openSync('/dev/null')}catch(e){"
            "console.log(e.code);process.exit(1)}\n"
        ),
        FAILED,
    ),
    of(
        "exhausting",
        "many empty files",
        "every place in the list of files",
        shell("mkdir many; cd many; seq 1 20000 | xargs touch\n"),
        Contained(),
    ),
    of(
        "exhausting",
        "holes",
        "a file that is large only by its size",
        shell("for n in $(seq 1 80); do truncate -s 120M hole$n; done\n"),
        Refused(BUILD, "larger than 8 GiB"),
    ),
)
STAYING = (
    stays("daemon", "to stay when it is done", "(setsid sleep 3600 >/dev/null 2>&1 &)\nexit 0\n"),
    stays(
        "daemon that is deaf",
        "to stay, and not to hear",
        "(trap '' TERM HUP; setsid nohup sleep 3600 >/dev/null 2>&1 &)\nexit 0\n",
    ),
    stays("daemon that holds the output", "to keep us listening", "(sleep 3600 &)\nexit 0\n"),
    stays(
        "twice forked",
        "to belong to nobody",
        "(setsid sh -c 'sh -c \"sleep 3600\" & exit' &) ; exit 0\n",
    ),
    stays("kill everybody", "to end all processes", "kill -9 -1; exit 1\n", FAILED),
    stays(
        "kill the first",
        "to end what watches it",
        "kill -9 1; kill -TERM 1 $PPID; exit 1\n",
        FAILED,
    ),
    stays(
        "stopped",
        "to be stopped instead of ended",
        "kill -STOP $$\n",
        Contained("Failed", "within 4 seconds"),
    ),
    stays(
        "user namespaces",
        "to be root in a world of its own",
        "unshare -Ur sh -c 'id -u; mount -t tmpfs x /mnt && echo MOUN''TED'; exit 1\n",
        UNSEEN,
    ),
    stays(
        "mount",
        "another file system",
        "mount -t proc x /tmp && echo MOUN''TED\nmount -o remount,rw / && echo MOUN''TED; exit 1\n",
        UNSEEN,
    ),
    stays(
        "control groups",
        "to lift its own limits",
        "for f in $(find /sys/fs/cgroup -name '*.max' -o -name cgroup.procs 2>/dev/null); do "
        "echo max > $f && echo WRO''TE; done; exit 1\n",
        UNSEEN,
    ),
    stays(
        "kernel settings",
        "to change how the host runs",
        "echo x > /proc/sys/kernel/core_pattern && echo WRO''TE\n"
        "echo c > /proc/sysrq-trigger && echo WRO''TE; exit 1\n",
        UNSEEN,
    ),
    stays(
        "ptrace",
        "to look into what started it",
        "cat /proc/1/maps >/dev/null && cat /proc/1/mem && echo TRA''CED; "
        "echo x > /proc/1/oom_score_adj && echo WRO''TE; exit 1\n",
        UNSEEN,
    ),
    stays(
        "priorities",
        "to be served before all others",
        "ulimit -n unlimited; ulimit -v unlimited; nice -n -20 true && exit 1\nexit 1\n",
        FAILED,
    ),
)
WRITING = (
    writes(
        "system",
        "programs of the host",
        "for d in /usr/bin /etc /opt /lib /dev /sys; do touch $d/x && echo WRO''TE; done\nexit 1\n",
        UNSEEN,
    ),
    writes(
        "neighbour",
        "a file of a neighbour",
        "mkdir -p @FOLDER@ && echo x > @FOLDER@/new; rm -rf @FOLDER@ @WORKSPACE@; exit 0\n",
    ),
    writes(
        "tools",
        "the package managers of others",
        "for d in /opt/connectory /opt/connectory/bin $(dirname $(command -v node)); do "
        "touch $d/x && echo WRO''TE; done; exit 1\n",
        UNSEEN,
    ),
    writes(
        "own tree deleted",
        "to leave nothing to be packaged",
        "cd ..; rm -rf * .[a-z]*; exit 0\n",
        FAILED,
    ),
    writes(
        "own tree unreadable",
        "to leave what nobody may read",
        "mkdir -p locked/in; echo x > locked/in/f; chmod -R 000 locked; chmod 000 .\n",
    ),
    writes(
        "tree for a link",
        "to have a link packaged in place of its folder",
        "cd ..; mv service away; ln -s / service\n",
        FAILED,
    ),
    writes(
        "modules for a link",
        "to have the host looked through as its modules",
        "rm -rf node_modules; ln -s / node_modules\n",
        stage="preinstall",
    ),
    writes(
        "modules for a link later",
        "the same after the install",
        "rm -rf node_modules; ln -s /etc node_modules\n",
        FAILED,
    ),
    writes(
        "tree for a link before the install",
        "to be installed elsewhere",
        "cd ..; mv service away; ln -s / service\n",
        stage="preinstall",
    ),
    writes("pipe", "to be read for ever", "mkfifo pipe; mkfifo node_modules || true\n"),
    writes(
        "socket",
        "a file that is none",
        "node -e \"require('net').createServer().listen('s.sock', () => process.kill("
        'process.pid, 9))"; exit 0\n',
    ),
    writes(
        "program of its owner",
        "to run as somebody else",
        "cp /bin/sh ./sh; chmod 6777 sh; mkdir d; chmod 7777 d\n",
    ),
    Case(
        "writing",
        "deep folders",
        "folders deeper than any path",
        Connector(
            shell("n=0; while [ $n -lt 1500 ]; do mkdir d && cd d || break; n=$((n+1)); done\n")
        ),
        FAILED,
    ),
    writes(
        "odd names",
        "names that no report can show",
        "touch \"$(printf 'a\\nb\\033[2J\\377')\" -- '-rf' '$(id)' ; mkdir \"$(printf 'x\\r')\"\n",
    ),
    writes(
        "link farm",
        "links to links without end",
        "n=0; ln -s l1 l0; while [ $n -lt 300 ]; do n=$((n+1)); ln -s l$((n+1)) l$n; done\n"
        "ln -s . self; ln -s .. up\n",
    ),
    writes(
        "cache",
        "to leave something for other connectors",
        "mkdir -p /cache/npm; echo x > /cache/npm/poison; ln -s @FOLDER@ /cache/link\n",
    ),
    writes(
        "lockfile for a link",
        "to have a file of the host written for it",
        "rm -f package-lock.json; ln -s @FOLDER@/secret package-lock.json\n",
        stage="preinstall",
    ),
)
OUTPUT = (
    of("output", "flood", "to fill memory and disk by talking",
       shell("yes x | head -c 9000000; exit 1\n"), FAILED),
    of("output", "one endless line", "to be a line that never ends",
       shell("head -c 40000000 /dev/zero | tr '\\0' x; exit 1\n"), FAILED),
    of("output", "escapes of a terminal", "the reader's terminal",
       shell("printf '\\033[2J\\033]0;x\\007\\033[31mred\\033P+q\\033\\\\ \\233m \\r over'; exit 1\n"),  # noqa: E501
       FAILED),
    of("output", "direction overrides", "to read backwards",
       shell("printf 'error: \\342\\200\\256 drawkcab \\342\\201\\246 x \\342\\200\\213\\357\\273\\277 "  # noqa: E501
             "\\363\\240\\201\\201'; exit 1\n"), FAILED),
    of("output", "invalid text", "to be no text", shell("head -c 20000 /dev/urandom; exit 1\n"),
       FAILED),
    of("output", "page in the output", "to be a part of the page",
       shell("echo '</pre><script>alert(1)</script><img src=x onerror=alert(1)>'; exit 1\n"),
       FAILED),
    of("output", "bait for readers of errors", "to make our expressions slow",
       shell("head -c 400000 /dev/zero | tr '\\0' ' '; echo; for n in 1 2 3; do "
             "head -c 90000 /dev/zero | tr '\\0' '('; echo; done; echo 'npm error code E'; "
             "head -c 90000 /dev/zero | tr '\\0' '/'; exit 1\n"), FAILED),
    of("output", "bait for readers of tests", "to make our readers of tests slow",
       shell("for n in 1 2 3 4; do printf 'not ok 1 - '; head -c 200000 /dev/zero | tr '\\0' ' '; "
             "echo; echo 'FAIL a.test.js'; printf '  \\342\\227\\217 '; head -c 200000 /dev/zero | "
             "tr '\\0' '>'; echo; done; exit 1\n", "test"), Contained()),
    of("output", "forged verdict of tests", "to have failing tests taken for none",
       shell("echo 'Tests: 100 passed, 100 total'; echo '# fail 0'; exit 1\n", "test"),
       Contained(says="Tests|test")),
    of("output", "blaming the network", "to be taken for a failure of the platform",
       building("echo 'connect ECONNREFUSED 127.0.0.1:5432'; exit 1"),
       Refused(BUILD, "ended with code 1|failed")),
    Case("output", "blaming the registry", "the same in the words of npm",
         Connector(building("echo 'npm error network request failed ECONNREFUSED'; exit 1")),
         Refused(BUILD, "ended with code 1"),
         weakness="a script that speaks as npm does has its failure blamed on the platform"),
)  # fmt: skip
CASES = (*READING, *REACHING, *EXHAUSTING, *STAYING, *WRITING, *OUTPUT)
