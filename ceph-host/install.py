# Sets up an account on a Ceph host for cnpg-rgw. It can neither become root nor touch another RGW user. Run it as root:
#
#   ssh root@10.0.0.10 "python3 - --user ceph-admin --uid cnpg-backup" < ceph-host/install.py
#
# docs/ceph-setup.md says what that installs, how to check it and how to remove it. Running it again changes nothing;
# with another --uid it adds that one. It needs Python 3.6 and the standard library only, like the ceph command itself.
import argparse
import ast
import os
import pwd
import re
import shutil
import subprocess
import sys

LIBRARY = "/usr/local/lib/cnpg-rgw"
SUDOERS = "/etc/sudoers.d"
CEPH = "/etc/ceph"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# What sudo runs for the account, under the name of the program that it stands for.
WRAPPER = r'''
import json
import os
import re
import subprocess
import sys

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
ENV = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": "/root"}
LONGEST = 1 << 20
REFUSED = 77


class Refused(Exception):
    pass


def shown(word):
    return re.sub(rb"[^ -~]", b"?", word)[:60].decode("ascii")


def split(argv):
    """Words, and options with their values. A value comes after `=`, so it is never taken for an option."""
    words, options = [], {}
    for word in argv:
        name, has_value, value = word.partition(b"=")
        if not word.startswith(b"-"):
            words.append(word)
        elif name in options:
            raise Refused("option %s is there twice" % shown(name))
        else:
            options[name] = value if has_value else None
    return words, options


def check_options(options, allowed):
    # By name: Ceph takes any of its settings as an option of any command, such as a log file to write to as root.
    for name, value in options.items():
        if name not in allowed:
            raise Refused("option %s" % shown(name))
        pattern = allowed[name]
        fits = value is None if pattern is None else value is not None and re.fullmatch(pattern, value, re.S)
        if not fits:
            raise Refused("that value of option %s" % shown(name))


def command(argv):
    """Ceph's program as the cephx user of this account. An explicit --conf keeps it from one in the folder or home."""
    ours = ["--conf=%s/ceph.conf" % CEPH, "--name=" + CLIENT, "--keyring=%s/ceph.%s.keyring" % (CEPH, CLIENT)]
    return ["timeout", "--kill-after=2", "60", REAL] + ours + argv


def asked(*words):
    done = subprocess.run(command(list(words)), env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return parsed(done.stdout, "what Ceph says")


def parsed(raw, what):
    def constant(name):
        raise Refused("%s in %s" % (name, what))

    try:
        return json.loads(raw.decode("utf-8"), parse_constant=constant)
    except (ValueError, RecursionError):
        raise Refused("%s, which is not JSON" % what)


# radosgw-admin: the RGW users in UIDS, one at a time.

BOUNDS = {b"--client-mount-timeout": rb"[0-9]{1,2}", b"--rados-osd-op-timeout": rb"[0-9]{1,2}"}
OF_USER = {b"--uid": rb".+", **BOUNDS}
OF_NEW_USER = {
    b"--display-name": rb".+",
    b"--max-buckets": rb"-?[0-9]{1,10}",
    b"--access-key": rb"[!-~]+",
    b"--gen-secret": None,
    **OF_USER,
}
COMMANDS = {
    (b"user", b"info"): OF_USER,
    (b"user", b"create"): OF_NEW_USER,
    (b"user", b"enable"): OF_USER,
    (b"user", b"rm"): OF_USER,
    (b"bucket", b"list"): OF_USER,
    (b"metadata", b"get"): BOUNDS,
    (b"metadata", b"put"): BOUNDS,
}
# Of a stored user; the rest, such as its rights, and the name by which Ceph stores it, is to stay as it is.
WRITABLE = {"display_name", "max_buckets", "suspended", "keys", "user_quota"}


def radosgw_admin(argv):
    """Refuses what is not for this account; returns what the program gets by stdin, if that is checked."""
    words, options = split(argv)
    group, verb = (words + [b"", b""])[:2]
    if (group, verb) not in COMMANDS:
        raise Refused("command %s %s" % (shown(group), shown(verb)))
    check_options(options, COMMANDS[group, verb])
    if group == b"metadata":
        kind, _, uid = b"".join(words[2:3]).partition(b":")
        if len(words) != 3 or kind != b"user":
            raise Refused("metadata %s of anything but user:UID" % shown(verb))
    else:
        uid = options.get(b"--uid")
        if len(words) != 2 or uid is None:
            raise Refused("%s %s without --uid, or with more words" % (shown(group), shown(verb)))
    if uid not in UIDS:
        listed = ", ".join(shown(known) for known in UIDS[:5])
        raise Refused(
            "RGW user %s: this account is set up for %s. To add it, root runs ceph-host/install.py here with --uid"
            % (shown(uid), listed)
        )
    return checked_document(uid) if (group, verb) == (b"metadata", b"put") else None


def checked_document(uid):
    raw = sys.stdin.buffer.read(LONGEST + 1)
    if len(raw) > LONGEST:
        raise Refused("more than %d bytes on stdin" % LONGEST)
    given = parsed(raw, "stdin")
    stored = asked("metadata", "get", b"user:" + uid, "--client-mount-timeout=5", "--rados-osd-op-timeout=5")
    changed = changed_fields(stored, given)
    if changed:
        raise Refused("metadata put changes " + ", ".join(changed))
    try:
        # Written anew: two readers may see different things in JSON that names a field twice.
        return json.dumps(given, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused("text on stdin that is no Unicode")


def without_ours(user):
    """Without what stacks add to a user, so that the rest can be compared: their marks, and the subuser that reads."""
    return without_marks(without_drill(user))


def without_marks(user):
    """Stacks mark a user as theirs among its placement tags. Other tags are rights: they open placement targets."""
    tags = user.get("placement_tags")
    if not isinstance(tags, list):
        return user
    others = [tag for tag in tags if not (isinstance(tag, str) and tag.startswith("cnpg-rgw:"))]
    return dict(user, placement_tags=others)


def without_drill(user):
    """The subuser of restore drills, which may read; another one, or another right, is not this account's to give."""
    subusers = user.get("subusers", [])
    if not isinstance(subusers, list):
        return user
    drill = {"id": "%s:drill" % user.get("user_id"), "permissions": "read"}
    return dict(user, subusers=[subuser for subuser in subusers if subuser != drill])


def changed_fields(stored, given):
    """What differs beside the fields that are ours, of the user itself and around it."""
    if not isinstance(given, dict) or not isinstance(given.get("data"), dict):
        raise Refused("stdin, which is no user")
    users = (without_ours(stored["data"]), without_ours(given["data"]))
    pairs = [(stored, given, {"data", "ver", "mtime"}), (*users, WRITABLE)]
    return [
        shown(name.encode("utf-8", "replace"))
        for before, now, free in pairs
        for name in sorted(set(before) | set(now))
        if name not in free and (name not in before or name not in now or before[name] != now[name])
    ]


# ceph: one copy of everything in the object gateway's pools, on a Ceph of one disk.

SETTING = rb"(mon_allow_pool_size_one|osd_pool_default_size|osd_pool_default_min_size)"
LOOKS = [
    rb"status",
    rb"osd stat",
    rb"osd pool ls detail",
    rb"config get mon " + SETTING,
    rb"config show mon\.[A-Za-z0-9._-]+ " + SETTING,
]
CHANGES = [
    rb"config set global (mon_allow_pool_size_one true|osd_pool_default_(min_)?size 1)",
    rb"osd pool set [A-Za-z0-9._-]+ (min_)?size 1",
    rb"health mute (POOL_NO_REDUNDANCY|TOO_FEW_OSDS)",
]
CEPH_OPTIONS = {
    b"--connect-timeout": rb"[0-9]{1,2}",
    b"--format": rb"json",
    b"--sticky": None,
    b"--yes-i-really-mean-it": None,
}


def ceph(argv):
    words, options = split(argv)
    check_options(options, CEPH_OPTIONS)
    line = b" ".join(words)
    is_look, is_change = (any(re.fullmatch(known, line) for known in some) for some in (LOOKS, CHANGES))
    if any(b" " in word or not word for word in words) or not (is_look or is_change):
        raise Refused("command %s" % shown(line))
    if is_change:
        check_single_disk(words)
    return None


def check_single_disk(words):
    bounds = ["--connect-timeout=5", "--format=json"]
    if asked("osd", "stat", *bounds)["num_osds"] != 1:
        raise Refused("a single copy of anything: this Ceph has more than one disk, or none")
    if words[1] == b"pool":
        pools = asked("osd", "pool", "ls", "detail", *bounds)
        ours = [pool["pool_name"].encode("utf-8") for pool in pools if "rgw" in pool["application_metadata"]]
        if words[3] not in ours:
            raise Refused("pool %s, which is not the object gateway's" % shown(words[3]))


def main(argv):
    os.chdir("/")
    try:
        stdin = {"radosgw-admin": radosgw_admin, "ceph": ceph}[PROGRAM](argv)
    except Refused as refused:
        sys.stderr.write("%s: refused: %s (docs/ceph-setup.md)\n" % (PROGRAM, refused))
        return REFUSED
    if stdin is None:
        os.execvpe("timeout", command(argv), ENV)
    code = subprocess.run(command(argv), env=ENV, input=stdin).returncode
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main([os.fsencode(word) for word in sys.argv[1:]]))
'''


class Failure(Exception):
    """What is wrong, and what to do."""


def say(line):
    print(line.encode("ascii", "backslashreplace").decode("ascii"), flush=True)  # whatever the locale is


def run(*argv, **how):
    """What a command printed; how: `stdin`, and `allow`ed exit codes."""
    done = subprocess.run(
        argv,
        input=os.fsencode(how.get("stdin", "")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": PATH, "LC_ALL": "C"},
        timeout=60,
    )
    if done.returncode not in how.get("allow", (0,)):
        said = done.stderr.decode("utf-8", "replace").strip()[-600:]
        words = b" ".join(map(os.fsencode, argv)).decode("utf-8", "replace")
        raise Failure("`%s` failed with exit code %d: %s" % (words[:200], done.returncode, said))
    return done.stdout.decode("utf-8", "replace")


def put(path, content, mode, check=()):
    """Writes a file in one step, as root's, once the command that checks it has passed it."""
    if os.path.exists(path) and os.stat(path).st_mode & 0o777 == mode:
        with open(path, "rb") as file:
            if file.read() == content:
                return
    new = path + ".new"  # sudo passes over names with a dot
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.chmod(new, mode)
    if check:
        run(*check, new)
    os.replace(new, path)
    say("wrote " + path)


class Account:
    """The account, and where its things are."""

    def __init__(self, name):
        self.name = name
        # Each name has one of its own. sudo passes over a file with a dot in its name.
        plain = re.sub(r"[^A-Za-z0-9-]", lambda found: "_%02x" % ord(found[0]), name)
        self.folder = os.path.join(LIBRARY, plain)
        self.sudoers = os.path.join(SUDOERS, "cnpg-rgw-" + plain)
        self.clients = {"radosgw-admin": "client.cnpg-rgw-" + plain, "ceph": "client.cnpg-rgw-pools-" + plain}

    def wrapper(self, program):
        return os.path.join(self.folder, program)

    def keyring(self, program):
        return os.path.join(CEPH, "ceph.%s.keyring" % self.clients[program])

    def installed_uids(self):
        if not os.path.exists(self.wrapper("radosgw-admin")):
            return []
        with open(self.wrapper("radosgw-admin"), encoding="utf-8") as file:
            return ast.literal_eval(re.search(r"^UIDS = (.*)$", file.read(), re.M).group(1))


def allowed(prefix, how):
    return 'allow command "%s" with %s' % (prefix, how)


# The least with which the wrappers' commands work.
CAPS = {
    "radosgw-admin": ["mon", "allow r", "osd", "allow rwx tag rgw *=*"],
    "ceph": [
        "mon",
        ", ".join(
            [
                "allow r",
                allowed("osd pool set", "var=size"),
                allowed("osd pool set", "var=min_size"),
                allowed("config set", "who=global name=mon_allow_pool_size_one"),
                allowed("config set", "who=global name=osd_pool_default_size"),
                allowed("config set", "who=global name=osd_pool_default_min_size"),
                'allow command "health mute"',
            ]
        ),
        "mgr",
        "allow r",
    ],
}


def arguments():
    parser = argparse.ArgumentParser(prog="install.py", description="Sets up an account on a Ceph host for cnpg-rgw.")
    many = {"action": "append", "default": []}
    parser.add_argument("--user", default="ceph-admin", help="the account of the stack (default: ceph-admin)")
    parser.add_argument("--uid", **many, help="an RGW user that the account may manage, added to earlier ones")
    parser.add_argument("--forget", **many, metavar="UID", help="an RGW user that the account may no longer manage")
    parser.add_argument("--key", help="an SSH public key that may log in as the account, as in id_ed25519.pub")
    parser.add_argument("--single-disk", action="store_true", help="also `ceph`, for singleDiskCeph")
    parser.add_argument("--uninstall", action="store_true", help="remove all of it; RGW users stay as they are")
    return parser.parse_args()


def found(program, package):
    path = shutil.which(program, path=PATH)
    if path is None:
        raise Failure("There is no %s on this host. Install %s, then run this again." % (program, package))
    return path


def check_host(options):
    if os.geteuid() != 0:
        raise Failure("This has to run as root.")
    if not re.match(r"[A-Za-z0-9_][\w.@-]*$", options.user, re.A):
        raise Failure("--user must be letters, digits and _.@-, with no - in front.")
    ceph_common = "the package ceph-common (with cephadm: `cephadm install ceph-common`)"
    for program, package in [
        ("sudo", "the package sudo"),
        ("visudo", "the package sudo"),
        ("runuser", "the package util-linux"),
        ("timeout", "the package coreutils"),
        ("ceph", ceph_common),
        ("radosgw-admin", ceph_common),
    ]:
        found(program, package)
    if not os.path.exists(os.path.join(CEPH, "ceph.conf")):
        raise Failure(
            "There is no %s/ceph.conf on this host. Run this on a host that has it and the keyring of client.admin"
            " (with cephadm: a host with the label _admin)." % CEPH
        )


def make_account(name):
    try:
        if pwd.getpwnam(name).pw_uid == 0:
            raise Failure("%s is root. Give another account with --user." % name)
    except KeyError:
        # No password matches `*`. Not `!`, which sshd may take for a locked account.
        run("useradd", "--create-home", "--shell", "/bin/sh", "--password", "*", name)
        say("made account %s" % name)


ADD_KEY = """umask 077
read -r key
mkdir -p ~/.ssh
grep -qsF -- "$key" ~/.ssh/authorized_keys && exit
printf 'restrict %s\\n' "$key" >>~/.ssh/authorized_keys
echo added"""


def add_key(name, key):
    if not re.match(r"(ssh-|ecdsa-|sk-)[\w.@-]+ [A-Za-z0-9+/=]+( [^\r\n]*)?$", key.strip(), re.A):
        raise Failure("--key must be one public key, as in ~/.ssh/ceph-admin.pub.")
    # As the account itself: its files may be links to anywhere.
    if run("runuser", "-u", name, "--", "sh", "-c", "cd && " + ADD_KEY, stdin=key.strip() + "\n"):
        say("added the key to %s's authorized_keys" % name)


def make_client(account, program):
    client = account.clients[program]
    ceph = ["ceph", "--connect-timeout=10", "auth"]
    keyring = run(*ceph + ["get-or-create", client])
    run(*ceph + ["caps", client] + CAPS[program])
    put(account.keyring(program), keyring.encode("utf-8"), 0o600)


def write_wrapper(account, program, uids):
    head = "#!%s -I\n# Made by install.py of cnpg-rgw: what sudo runs as %s for %s.\n" % (
        found("python3", "the package python3"),
        program,
        account.name,
    )
    values = {"PROGRAM": program, "REAL": found(program, "ceph-common"), "CLIENT": account.clients[program]}
    values.update(CEPH=CEPH, UIDS=uids)
    lines = "".join("%s = %a\n" % pair for pair in sorted(values.items()))
    put(account.wrapper(program), (head + lines + WRAPPER).encode("ascii"), 0o755)


def write_sudoers(account, programs):
    # By its search path sudo takes the wrappers for these names; Ceph's programs themselves are not allowed.
    path = "%s:/usr/local/sbin:/usr/local/bin:%s" % (account.folder, PATH)
    lines = ["# Made by install.py of cnpg-rgw.", 'Defaults:%s env_reset, secure_path="%s"' % (account.name, path)]
    lines += ["%s ALL=(root) NOPASSWD: %s" % (account.name, account.wrapper(program)) for program in programs]
    text = "\n".join(lines) + "\n"
    put(account.sudoers, text.encode("ascii"), 0o440, check=("visudo", "-c", "-f"))


def prove(account, uids):
    """The whole way, as the account: sudo, wrapper, cephx user."""
    bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"]
    sudo = ["runuser", "-u", account.name, "--", "sudo", "-n"]
    for uid in uids[:1]:
        look = [b"radosgw-admin", b"metadata", b"get", b"user:" + uid]
        run(*sudo + look + bounds, allow=(0, 2))  # 2: there is no such user yet
    if os.path.exists(account.wrapper("ceph")):
        run(*sudo + ["ceph", "osd", "stat", "--connect-timeout=5"])


def remove_former_rules(account, programs):
    """Rules that README used to give: with them the account could write any file as root, by Ceph's --log-file."""
    formers = ["%s ALL=(root) NOPASSWD: /usr/bin/%s" % (account.name, program) for program in programs]
    for name in sorted(os.listdir(SUDOERS)):
        path = os.path.join(SUDOERS, name)
        with open(path, encoding="utf-8", errors="replace") as file:
            is_former = file.read().strip() in formers
        if is_former:
            os.remove(path)
            say("removed %s, which let %s become root" % (path, account.name))


def warn_of_more(account):
    listed = run("sudo", "-n", "-l", "-U", account.name, allow=(0, 1))
    rules = [line.strip() for line in listed.splitlines() if line.startswith("    (")]
    for rule in rules:
        if not rule.endswith((account.wrapper("radosgw-admin"), account.wrapper("ceph"))):
            say("WARNING: sudo lets %s run more: %s. If nothing else needs that, remove it." % (account.name, rule))
    admin = os.path.join(CEPH, "ceph.client.admin.keyring")
    if run("runuser", "-u", account.name, "--", "sh", "-c", 'test ! -r "$0" || echo yes', admin):
        say("WARNING: %s can read %s, which gives all rights on this Ceph: chmod 600 it." % (account.name, admin))


def install(options):
    account = Account(options.user)
    uids = account.installed_uids()
    uids += [uid for uid in map(os.fsencode, options.uid) if uid not in uids]
    uids = [uid for uid in uids if uid not in map(os.fsencode, options.forget)]
    has_ceph = options.single_disk or os.path.exists(account.wrapper("ceph"))
    programs = (["radosgw-admin"] if uids else []) + (["ceph"] if has_ceph else [])
    if not programs or b"" in uids:
        raise Failure(
            "Name the RGW user with --uid: rgwUser.uid of the stack's config (default: cnpg-backup). To remove"
            " everything again, use --uninstall."
        )
    make_account(options.user)
    if options.key is not None:
        add_key(options.user, options.key)
    for folder in (LIBRARY, account.folder):
        os.makedirs(folder, mode=0o755, exist_ok=True)
        os.chmod(folder, 0o755)
    for program in programs:
        make_client(account, program)
        write_wrapper(account, program, uids)
    if not uids and os.path.exists(account.wrapper("radosgw-admin")):
        os.remove(account.wrapper("radosgw-admin"))
    write_sudoers(account, programs)
    prove(account, uids)
    remove_former_rules(account, programs)
    warn_of_more(account)
    listed = ", ".join(uid.decode("utf-8", "replace") for uid in uids)
    say("ok: %s may run, as root: %s; for RGW users: %s" % (account.name, ", ".join(programs), listed or "none"))


def uninstall(options):
    account = Account(options.user)
    for path in [account.sudoers] + [account.keyring(program) for program in CAPS]:
        if os.path.exists(path):
            os.remove(path)
            say("removed " + path)
    shutil.rmtree(account.folder, ignore_errors=True)
    if os.path.isdir(LIBRARY) and not os.listdir(LIBRARY):
        os.rmdir(LIBRARY)
    for client in account.clients.values():
        run("ceph", "--connect-timeout=10", "auth", "rm", client)
        say("removed cephx user " + client)
    say("ok: RGW users and buckets are as they were. To remove the account too: userdel --remove %s" % account.name)


def main():
    options = arguments()
    try:
        check_host(options)
        uninstall(options) if options.uninstall else install(options)
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        sys.exit("install.py: %s" % failure)


main()
