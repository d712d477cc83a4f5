"""What the lab's three daemons are told. One directive a line: some swallow the rest of theirs."""

DIRECTOR, CLIENT, STORAGE = "lab-dir", "lab-fd", "lab-sd"
DEFAULTS = {
    "Type": "Backup",
    "Level": "Incremental",
    "Client": CLIENT,
    "FileSet": "Data",
    "Storage": "Disk",
    "Messages": "Standard",
    "Pool": "DiskPool",
    "Priority": "10",
    "Maximum Concurrent Jobs": "4",
    "Accurate": "yes",
}


def resource(kind, **directives):
    """Return the text of a resource; an underscore in a directive's name stands for a space."""
    body = "\n".join(f"  {name.replace('_', ' ')} = {value}" for name, value in directives.items())
    return f"{kind} {{\n{body}\n}}\n"


def quoted(value):
    return f'"{value}"'


def director(lab):
    """The director: one client that runs, one that does not, and others that cannot be reached."""
    return "\n".join(
        [*_director_itself(lab), *_storages(lab), *_clients(lab), *_pools(), *_jobs(lab)]
    )


def _director_itself(lab):
    yield resource(
        "Director", Name=DIRECTOR, DirPort=lab.ports["dir"], DirAddress="127.0.0.1",
        QueryFile=quoted(lab.scripts / "query.sql"), WorkingDirectory=quoted(lab.folder / "wd/dir"),
        PidDirectory=quoted(lab.folder / "run"), Maximum_Concurrent_Jobs=10,
        Password=quoted(lab.password), Messages="Daemon", FD_Connect_Timeout="3 seconds",
        SD_Connect_Timeout="3 seconds",
    )  # fmt: skip
    yield resource(
        "Catalog", Name="MyCatalog", dbname=quoted(lab.database.name),
        dbuser=quoted(lab.database.user), dbpassword=quoted(lab.database.password),
        DB_Address=lab.database.host, DB_Port=lab.database.port,
    )  # fmt: skip
    log = quoted(lab.folder / "log/bacula.log")
    yield f"Messages {{\n  Name = Standard\n  append = {log} = all, !skipped\n  catalog = all\n}}\n"
    yield f"Messages {{\n  Name = Daemon\n  append = {log} = all, !skipped\n}}\n"
    yield resource(
        "Console", Name="monitor", Password=quoted(lab.password + "-monitor"),
        CommandACL="status, .status, .api, .jobs, .clients, list, llist",
        ClientACL="*all*", JobACL="*all*", PoolACL="*all*", StorageACL="*all*",
        CatalogACL="*all*", FileSetACL="*all*", ScheduleACL="*all*",
    )  # fmt: skip


def _storages(lab):
    for name, media_type, port, password in (
        ("Disk", "File", lab.ports["sd"], lab.password),
        ("Library", "Tape", lab.ports["sd"], lab.password),
        ("Small", "SmallFile", lab.ports["sd"], lab.password),
        ("Away", "File", lab.ports["nobody"], lab.password),
        ("Stranger", "File", lab.ports["sd"], "wrong"),
    ):
        device = name if name in ("Disk", "Library", "Small") else "Disk"
        yield resource(
            "Storage", Name=name, Address="127.0.0.1", SDPort=port, Password=quoted(password),
            Device=device, Media_Type=media_type, Autochanger="yes", Maximum_Concurrent_Jobs=10,
        )  # fmt: skip


def _clients(lab):
    for name, port, password in (
        (CLIENT, lab.ports["fd"], lab.password),
        ("away-fd", lab.ports["nobody"], lab.password),
        ("stranger-fd", lab.ports["fd"], "wrong"),
    ):
        yield resource(
            "Client", Name=name, Address="127.0.0.1", FDPort=port, Catalog="MyCatalog",
            Password=quoted(password), AutoPrune="no", Maximum_Concurrent_Jobs=10,
        )  # fmt: skip


def _pools():
    yield resource(
        "Pool", Name="DiskPool", Pool_Type="Backup", Recycle="yes", AutoPrune="no",
        Volume_Retention="30 days", Maximum_Volume_Bytes="50M", Maximum_Volumes=100,
        Label_Format=quoted("Vol-"), Action_On_Purge="Truncate",
    )  # fmt: skip
    yield resource("Pool", Name="ByHand", Pool_Type="Backup", AutoPrune="no",
                   Volume_Retention="1 second", Action_On_Purge="Truncate")  # fmt: skip
    yield resource("Pool", Name="SmallPool", Pool_Type="Backup", AutoPrune="no")
    yield resource("Pool", Name="TapePool", Pool_Type="Backup", AutoPrune="no")
    yield resource("Pool", Name="Scratch", Pool_Type="Backup")


def _jobs(lab):
    yield (
        "FileSet {\n  Name = Data\n  Include {\n    Options {\n      signature = SHA256\n    }\n"
        f'    File = "{lab.data}"\n  }}\n}}\n'
    )
    yield "JobDefs {\n  Name = Defaults\n" + "".join(
        f"  {name} = {value}\n" for name, value in DEFAULTS.items()
    ) + "}\n"  # fmt: skip
    for name, directives in {
        "Home": {},
        "Home of Ada": {},
        "Slow": {"Maximum Bandwidth": "2 mb/s"},
        "Single": {"Maximum Concurrent Jobs": 1, "Maximum Bandwidth": "2 mb/s"},
        "Tape": {"Storage": "Library", "Pool": "TapePool"},
        "NoRoom": {"Storage": "Small", "Pool": "SmallPool"},
        "NoVolume": {"Pool": "ByHand"},
        "ClientAway": {"Client": "away-fd"},
        "ClientStranger": {"Client": "stranger-fd"},
        "StorageAway": {"Storage": "Away"},
        "StorageStranger": {"Storage": "Stranger"},
    }.items():
        body = "".join(f"  {key} = {value}\n" for key, value in directives.items())
        yield f'Job {{\n  Name = "{name}"\n  JobDefs = Defaults\n{body}}}\n'
    for name in ("Restore", "Restore elsewhere"):
        yield resource(
            "Job", Name=quoted(name), Type="Restore", Client=CLIENT, FileSet="Data",
            Storage="Disk", Pool="DiskPool", Messages="Standard",
            Where=quoted(lab.folder / "restored"), Maximum_Concurrent_Jobs=4,
        )  # fmt: skip


def client(lab):
    plain = {"TLS_PSK_Enable": "no"} if lab.programs.encrypt_unasked else {}
    return resource(
        "FileDaemon", Name=CLIENT, FDport=lab.ports["fd"], FDAddress="127.0.0.1",
        WorkingDirectory=quoted(lab.folder / "wd/fd"), Pid_Directory=quoted(lab.folder / "run"),
        Plugin_Directory=quoted(lab.libraries), Maximum_Concurrent_Jobs=20, **plain,
    ) + _known(lab)  # fmt: skip


def storage(lab):
    itself = resource(
        "Storage", Name=STORAGE, SDPort=lab.ports["sd"], SDAddress="127.0.0.1",
        WorkingDirectory=quoted(lab.folder / "wd/sd"), Pid_Directory=quoted(lab.folder / "run"),
        Plugin_Directory=quoted(lab.libraries), Maximum_Concurrent_Jobs=20,
    )  # fmt: skip
    changer = f'"{lab.scripts}/disk-changer %c %o %S %a %d %v"'
    return itself + _known(lab) + "".join([
        _changer("Disk", "DiskDrive", 3, '""', "/dev/null"),
        _changer("Small", "SmallDrive", 1, '""', "/dev/null"),
        _device("SmallDrive0", 0, "SmallFile", lab.folder / "small", tape=False),
        _changer("Library", "TapeDrive", 2, changer, quoted(lab.folder / "tapes/conf")),
        *(_device(f"DiskDrive{n}", n, "File", lab.folder / "volumes", tape=False)
          for n in range(3)),
        *(_device(f"TapeDrive{n}", n, "Tape", lab.folder / f"tapes/drive{n}", tape=True)
          for n in range(2)),
    ])  # fmt: skip


def _known(lab):
    return resource("Director", Name=DIRECTOR, Password=quoted(lab.password)) + (
        f"Messages {{\n  Name = Standard\n  director = {DIRECTOR} = all, !skipped, !restored\n}}\n"
    )


def _changer(name, drive, count, command, device):
    drives = ", ".join(f"{drive}{number}" for number in range(count))
    return resource(
        "Autochanger", Name=name, Device=drives, Changer_Command=command, Changer_Device=device
    )


def _device(name, number, media_type, folder, *, tape):
    return resource(
        "Device", Name=name, Drive_Index=number, Device_Type="File", Media_Type=media_type,
        Archive_Device=quoted(folder), Autochanger="yes", LabelMedia="no" if tape else "yes",
        Random_Access="yes", AutomaticMount="yes", RemovableMedia="yes" if tape else "no",
        AlwaysOpen="yes" if tape else "no", Maximum_Concurrent_Jobs=1,
    )  # fmt: skip
