"""What a real library cannot do: libraries and cartridges are bought, and moved by hands."""

from typing import Any, NoReturn

from calypso.drivers.tape import Unsupported


def _refuse(_self: object, *_: Any, **__: Any) -> NoReturn:
    raise Unsupported(
        "Only virtual libraries can be made and changed. This one is real: use your hands."
    )


class Real:
    """Satisfies `VirtualVerbs` and `UpkeepVerbs` by refusing."""

    create_library = delete_library = plan_delete_library = _refuse
    create_cartridge = edit_cartridge = delete_cartridge = plan_delete_cartridge = _refuse
    insert = take_out = open_door = close_door = empty_ie_slots = _refuse
    modify_library = break_drive = set_online = rebuild_module = _refuse

    def undo_change(self) -> bool:
        """Return False: nothing was changed."""
        return False

    def outside(self) -> list[str]:
        """Return none: nobody knows what lies outside."""
        return []
