"""What is set for the live view: in the configuration, on the command line, with its own keys."""

import os
import pwd
import signal
import stat
import tempfile

import live
import sockets
from live import equal, test, true
from screens import children_of, colours, command, plain, screen, shell


def environment(home, **more):
    # The program is started by env(1) in a shell-less terminal: what is set here is all that counts.
    return {"HOME": home, "XDG_CONFIG_HOME": "", "XDG_CONFIG_DIRS": "/nonexistent", **more}


def configured(home, text):
    os.makedirs(f"{home}/.config/socklens", exist_ok=True)
    with open(f"{home}/.config/socklens/config", "w", encoding="utf-8") as file:
        file.write(text)


def read(home):
    with open(f"{home}/.config/socklens/config", encoding="utf-8") as file:
        return file.read()


def mouse(one, button, x, y, last="M"):
    """A report of the terminal; cells from 0."""
    one.type(f"\033[<{button};{x + 1};{y + 1}{last}")


def place(one, what):
    """(column, line) of the first character of what is on the screen."""
    text = one.wait_for(what)
    for y, line in enumerate(text.split("\n")):
        if what in line:
            return line.index(what), y
    return None


@test("the configuration decides what the view looks like, and the command line before it")
def _():
    with tempfile.TemporaryDirectory() as home, sockets.listener() as listener:
        port = sockets.port(listener)
        configured(home, f"columns = state,local\nfilter = port {port}\nascii = on\ndelay = 0.5\n"
                         "units = bits\nkey.help = z\n")  # fmt: skip
        with screen("top", env=environment(home)) as one:
            one.like(r"^ STATE +LOCAL *$")
            one.wait_for(f"filter: port {port}")
            one.wait_for("every 0.5s")
            one.wait_for("0b/s")
            true(all(ord(c) < 128 for c in one.text()), "ASCII only")
            one.type("z")
            one.like(r"^ +z +these keys$")
        with screen("top", "-d", "2", "--columns", "proto", "tcp", env=environment(home)) as one:
            one.like(r"^ PROTO *$")
            one.wait_for("every 2.0s")
            one.wait_for("filter: tcp ")


@test("what is wrong in it is told with its line until a key is pressed, and the rest counts")
def _():
    with tempfile.TemporaryDirectory() as home:
        configured(home, "columns = state,local\ncolour = red\ntheme = pink\n")
        with screen("top", env=environment(home)) as one:
            one.wait_for("configuration: 1 of 2: ")
            one.wait_for("config': line 2: no setting is called so")
            one.like(r"^ STATE +LOCAL *$")
            one.press("j")
            one.wait_for(lambda text: "line 2" not in text)


@test("W writes what is set, keeps the rest, and leaves no other file")
def _():
    with tempfile.TemporaryDirectory() as home:
        configured(home, "# mine\nfilter.web = port 80\nkey.pause = z\n")
        with screen("top", "--theme", "dark", "--bits", env=environment(home)) as one:
            one.wait_for("socklens")
            one.type("+MW")
            one.wait_for("settings written to ")
        equal(read(home), "# mine\nfilter.web = port 80\nkey.pause = z\ntheme = dark\n"
                          "units = bits\nmouse = off\ndelay = 2\n")  # fmt: skip
        directory = f"{home}/.config/socklens"
        equal(os.listdir(directory), ["config"])
        equal(stat.S_IMODE(os.stat(f"{directory}/config").st_mode), 0o600)
        with screen("top", env=environment(home)) as one:
            one.wait_for("every 2.0s")


@test("a theme that is none is an error of usage, and so is one without a screen")
def _():
    with shell() as one:
        for words, wanted in (("--theme pink", "not a theme"), ("-b --ascii", "leave out -b")):
            command(one, f"socklens top {words}; echo status $?.")
            one.wait_for(wanted)
            one.like("^status 2[.]$")
            command(one, "clear")
            one.wait_for(lambda text: "status" not in text)


@test("themes have colours of their own, NO_COLOR has none, and who names a theme overrides it")
def _():
    def shown(*words, **more):
        with tempfile.TemporaryDirectory() as home, screen("top", *words, env=environment(home, **more)) as one:
            one.wait_for("PROTO")
            return set().union(*(colours(line) for line in one.coloured()))

    is_colour = lambda numbers: any(30 <= n <= 37 or 40 <= n <= 47 or 90 <= n <= 107 for n in numbers)
    true(is_colour(shown()), "colours")
    true(not is_colour(shown(NO_COLOR="1")), "NO_COLOR")
    true(not is_colour(shown("--theme", "mono")), "mono")
    true(is_colour(shown("--theme", "dark", NO_COLOR="1")), "a theme that was asked for")


@test("a click selects, sorts and presses; the wheel scrolls; M gives the mouse to the terminal")
def _():
    with tempfile.TemporaryDirectory() as home, sockets.listener() as first, sockets.listener() as second:
        ports = sorted((sockets.port(first), sockets.port(second)))
        words = f"port {ports[0]},{ports[1]}"
        with screen("top", "--sort", "sport", words, env=environment(home)) as one:
            one.wait_for("2 shown")
            equal(one.ask("mouse_standard_flag") + one.ask("mouse_sgr_flag"), "11", "asked for")
            mouse(one, 0, *place(one, f":{ports[1]}"))
            one.press("Enter")
            one.like(rf"^ tcp LISTEN .*:{ports[1]} ")
            one.press("Escape")
            mouse(one, 0, *place(one, "STATE "))
            one.wait_for("by state")
            mouse(one, 0, *place(one, "Sort "))
            one.wait_for("Sort by")
            mouse(one, 65, 1, 8)
            mouse(one, 0, *place(one, "local "))
            one.like(r"by local \S+ +2 shown")
            one.type("M")
            one.wait_for("the mouse selects text")
            equal(one.ask("mouse_any_flag"), "0", "given back")
            one.type("M")
            one.wait_for("the mouse is used here")
            equal(one.ask("mouse_any_flag"), "1")
            one.type("q")
            live.until(one.is_dead, "the end")
            equal(one.ask("mouse_any_flag"), "0", "given back at the end")


@test("F2 hides, moves and brings back columns, and W keeps them")
def _():
    with tempfile.TemporaryDirectory() as home:
        with screen("top", "--columns", "proto,state,local", env=environment(home)) as one:
            one.like(r"^ PROTO STATE")
            one.press("F2")
            one.wait_for("3 columns, ")
            one.press(*["Down"] * 6, "Right")
            one.like(r"^ \[x\] state .*\n \[x\] proto .*\n \[x\] local ")
            one.press("Down", "Down", "Space")
            one.wait_for("4 columns, ")
            one.press("W")
            one.wait_for("settings written to ")
            one.press("Escape")
            one.like(r"^ STATE +PROTO +LOCAL +PID/PROCESS|^ STATE +PROTO +LOCAL +\w")
        true(read(home).startswith("columns = state,proto,local,"), read(home))
        with screen("top", env=environment(home)) as one:
            one.like(r"^ STATE +PROTO +LOCAL")


@test("called by sudo it is the user's home that counts, and nothing is written where root rules")
def _():
    if os.geteuid() != 0:
        raise live.Skip("not root")
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as home:
        configured(home, "columns = state,local\n")
        caller = {"SUDO_UID": str(nobody.pw_uid), "SUDO_GID": str(nobody.pw_gid)}
        with screen("top", env=environment(home, **caller)) as one:
            one.wait_for("PROTO")
            one.type("MW")
            one.wait_for("not written: ")
        equal(read(home), "columns = state,local\n")
        # A home that sudo leaves as it was, and that is somebody else's.
        with screen("top", env=environment("/nonexistent", **caller, XDG_CONFIG_HOME=f"{home}/.config")) as one:
            one.wait_for("socklens")
            one.type("MW")
            one.wait_for("not written: ")
        equal(read(home), "columns = state,local\n")


@test("who is killed leaves no mouse behind")
def _():
    with tempfile.TemporaryDirectory() as home, screen("top", env=environment(home)) as one:
        one.wait_for("PROTO")
        equal(one.ask("mouse_any_flag"), "1")
        os.kill(children_of(one.pid())[0], signal.SIGKILL)
        live.until(one.is_dead, "the end")
        equal(one.ask("mouse_any_flag"), "0")


@test("what a terminal tells of its background, early or late or in pieces, is never keys")
def _():
    with tempfile.TemporaryDirectory() as home, screen("top", env=environment(home)) as one:
        one.wait_for("PROTO")
        for answer in ("\033]11;rgb:ffff/ffff/ffff\033\\", "\033]11;rgb:00/00/00\007", "\033[?62;22c"):
            one.type(answer)
            for cut in range(2, len(answer), 5):
                one.type(answer[:cut])
                one.type(answer[cut:])
        one.type("d")
        one.like("^seconds between looks: 1$")
        true(all("PAUSED" not in plain(line) for line in one.lines()), "nothing was pressed")


if __name__ == "__main__":
    live.main()
