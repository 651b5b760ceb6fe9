"""A satellite receiver on a serial line: a pseudo-terminal that says GGA and RMC once a second, walking north from 43.6426, -79.3871.
Prints the line's path, then speaks until killed."""
import functools, operator, os, pty, time, tty

master, slave = pty.openpty()
tty.setraw(slave)
path = os.ttyname(slave)
os.chmod(path, 0o666)
print(f"Receiver at {path}", flush=True)


def sentence(body):
    return f"${body}*{functools.reduce(operator.xor, body.encode()):02X}\r\n".encode()


os.set_blocking(master, False)  # with nobody reading the line fills up; a receiver does not wait for listeners
for second in range(10**9):
    now = time.gmtime()
    clock = time.strftime("%H%M%S.00", now)
    north = 43.6426 + second * 0.0001
    where = f"{int(north):02d}{(north % 1) * 60:07.4f},N,07923.2260,W"
    try:
        os.write(master, sentence(f"GPGGA,{clock},{where},1,08,0.9,90.0,M,-35.0,M,,"))
        os.write(master, sentence(f"GPGSA,A,3,04,05,09,12,16,17,22,24,,,,,1.8,0.9,1.5"))
        os.write(master, sentence(f"GPRMC,{clock},A,{where},21.6,000.0,{time.strftime('%d%m%y', now)},,,A"))
    except BlockingIOError:
        pass
    time.sleep(1)
