"""The books of tape in memory. `fence`: called before each write; raises when it must not be."""

from calypso.models import bookkeeping
from calypso.models.archive import ArchiveState
from calypso.models.books import MOST_FILES
from calypso.models.clock import now, uuid7
from calypso.models.media import Encryption, MediaRecord
from calypso.models.media_refusals import (
    ArchiveIncomplete,
    ArchiveMissing,
    MediaPoolExists,
    MediaPoolInUse,
    MediaPoolMissing,
    MediumKept,
    MediumUnknown,
)
from calypso.store.media_files import page_of


class MemoryMediaStore:
    """Satisfies `engine.media_ports.MediaStore`; `fence` takes (job id, epoch)."""

    def __init__(self, *, fence=lambda job_id, epoch: None):
        self._fence, self._nodes = fence, {}

    def reading(self, node):
        return self._nodes.setdefault(node, MemoryBooks())

    def file_page(self, archive_id, *, under="", cursor=None, limit=500):
        for books in self._nodes.values():
            if archive_id in books._archives:
                return page_of(books, archive_id, under=under, cursor=cursor, limit=limit)
        raise ArchiveMissing(f"There is no archive {archive_id} on record.")

    def writing(self, node, *, job_id, epoch):
        shared = self.reading(node)
        mine = MemoryBooks(fence=lambda: self._fence(job_id, epoch))
        mine.__dict__.update({k: v for k, v in shared.__dict__.items() if k != "_fence"})
        return mine


class MemoryBooks:
    """Satisfies `models.books.MediaBooks`."""

    def __init__(self, *, fence=lambda: None):
        self._fence = fence
        self._pools, self._media, self._sets = {}, {}, {}
        self._archives, self._files = {}, {}

    # -- reading

    def pools(self):
        return [self._pools[name] for name in sorted(self._pools)]

    def pool(self, name):
        if name not in self._pools:
            raise MediaPoolMissing(f"There is no media pool {name}.")
        return self._pools[name]

    def media(self):
        return [self.medium(barcode) for barcode in sorted(self._media)]

    def medium(self, barcode):
        record = self._media.get(barcode)
        if record is None or record.media_set is None:
            return record
        return record.model_copy(update={"media_set": self._sets[record.media_set.id]})

    def sets(self, pool):
        used = {one.media_set.id for one in self._media.values() if one.media_set}
        found = [one for one in self._sets.values() if one.pool == pool and one.id in used]
        return sorted(found, key=lambda one: (one.began_at, one.id))

    def archives(self, *, barcode=None):
        found = [one for one in self._archives.values() if barcode in (None, *one.barcodes())]
        return sorted(found, key=lambda one: (one.began_at, one.id), reverse=True)

    def archive(self, archive_id):
        if archive_id not in self._archives:
            raise ArchiveMissing(f"There is no archive {archive_id} on record.")
        return self._archives[archive_id]

    def files(self, archive_id, *, under="", after=None, limit=500):
        self.archive(archive_id)
        folder = under.rstrip("/")
        found = [
            one
            for one in self._files[archive_id].values()
            if (not folder or one.path == folder or one.path.startswith(f"{folder}/"))
            and (after is None or one.place > after)
        ]
        return sorted(found, key=lambda one: one.place)[:limit]

    def file(self, archive_id, path):
        self.archive(archive_id)
        found = [one for one in self._files[archive_id].values() if one.path == path]
        return max(found, key=lambda one: one.number, default=None)

    # -- pools

    def create_pool(self, pool):
        self._fence()
        if self._pools.setdefault(pool.name, pool) != pool:
            raise MediaPoolExists(f"There is a media pool {pool.name} already, with other rules.")

    def change_pool(self, pool):
        self._fence()
        self.pool(pool.name)
        self._pools[pool.name] = pool

    def delete_pool(self, name):
        self._fence()
        if members := sorted(one.barcode for one in self._media.values() if one.pool == name):
            raise MediaPoolInUse(bookkeeping.still_used(name, members))
        self._pools.pop(name, None)

    # -- cartridges

    def assign(self, barcode, pool, *, kind, library, capacity_bytes=None):
        self._fence()
        if pool is not None:
            self.pool(pool)
        known = self.medium(barcode)
        if known is None:
            new = MediaRecord(
                barcode=barcode, pool=pool, kind=kind, library=library,
                capacity_bytes=capacity_bytes,
            )  # fmt: skip
            return self._keep(None, new)
        return self._keep(known, bookkeeping.assigned(known, pool, pools=self._pools, at=now()))

    def give_up(self, barcode):
        self._fence()
        known = self._known(barcode)
        return self._keep(known, bookkeeping.given_up(known))

    def remove(self, barcode):
        self._fence()
        self._media.pop(barcode, None)
        self._overwrite(barcode)

    def begin_medium(
        self, barcode, pool, *, label, set_id=None, encryption=Encryption.UNKNOWN,
        capacity_bytes=None,
    ):  # fmt: skip
        self._fence()
        rules, known = self.pool(pool), self._known(barcode)
        if known.label == label:
            return known
        at = now()
        media_set = self._sets.get(set_id) if set_id else bookkeeping.new_set(uuid7(), rules, at)
        if media_set is None or media_set.pool != pool:
            raise MediumKept(f"There is no set {set_id} of pool {pool} on record.")
        begun = bookkeeping.begun(
            known, rules, media_set,
            label=label, encryption=encryption, capacity_bytes=capacity_bytes, at=at,
        )  # fmt: skip
        self._sets[media_set.id] = media_set
        return self._keep(known, begun)

    def note(self, barcode, **seen):
        self._fence()
        known = self._known(barcode)
        seen["last_write_at"] = seen.pop("written_at", None)
        record = bookkeeping.noted(known, seen)
        if record.media_set is not None:
            self._sets[record.media_set.id] = record.media_set
        return self._keep(known, record)

    def locate(self, barcode, *, library=None, vault=None):
        self._fence()
        known = self._known(barcode)
        return self._keep(known, known.model_copy(update={"library": library, "vault": vault}))

    def _known(self, barcode):
        record = self.medium(barcode)
        if record is None:
            raise MediumUnknown(f"{barcode} is not on record. Assign it to a pool first.")
        return record

    def _keep(self, before, record):
        if before is not None and before.label != record.label:
            self._overwrite(record.barcode)
        self._media[record.barcode] = record
        return record

    def _overwrite(self, barcode):
        for one in self.archives(barcode=barcode):
            gone = {"state": ArchiveState.OVERWRITTEN}
            self._archives[one.id] = one.model_copy(update=gone)

    # -- archives

    def begin_archive(self, archive):
        self._fence()
        self._files.setdefault(archive.id, {})
        return self._archives.setdefault(archive.id, archive)

    def put_part(self, archive_id, part):
        self._fence()
        archive = self._being_written(archive_id)
        others = [one for one in archive.parts if one.number != part.number]
        parts = tuple(sorted([*others, part], key=lambda one: one.number))
        self._archives[archive_id] = archive.model_copy(update={"parts": parts})

    def add_files(self, archive_id, files):
        self._fence()
        archive = self._being_written(archive_id)
        total = bookkeeping.numbered(archive, files, most=MOST_FILES)
        kept = {n: one for n, one in self._files[archive_id].items() if n < total - len(files)}
        self._files[archive_id] = kept | {one.number: one for one in files}
        self._archives[archive_id] = archive.model_copy(update={"files": total})

    def end_archive(self, archive_id, state, *, at, size_bytes, files, sha256=None):
        self._fence()
        archive = self.archive(archive_id)
        done = bookkeeping.ended(
            archive, state, at=at, size_bytes=size_bytes, files=files, sha256=sha256
        )  # fmt: skip
        self._archives[archive_id] = done
        return done

    def forget_files(self):
        self._fence()
        left = [one for one in self._archives.values() if one.state is ArchiveState.OVERWRITTEN]
        for one in left:
            self._files[one.id] = {}
            self._archives[one.id] = one.model_copy(update={"files": 0})
        return False

    def _being_written(self, archive_id):
        archive = self.archive(archive_id)
        if archive.state is not ArchiveState.WRITING:
            raise ArchiveIncomplete(f"Archive {archive_id} has ended as {archive.state}.")
        return archive
