/** The rows of the tape tables, and their tables as wholes. */
import type { components } from "@/api/types";
import { type Row, useWhole } from "@/inventory/queries";

type Schemas = components["schemas"];

export type LibraryRow = Schemas["row.tape.libraries"] & Row;
export type SlotRow = Schemas["row.tape.slots"] & Row;
export type DriveRow = Schemas["row.tape.drives"] & Row;
export type MediaRow = Schemas["row.tape.media"] & Row;
export type PoolRow = Schemas["row.tape.pools"] & Row;
export type ArchiveRow = Schemas["row.tape.archives"] & Row;

export const useLibraries = () => useWhole<LibraryRow>("tape/libraries");
export const useSlots = () => useWhole<SlotRow>("tape/slots");
export const useDrives = () => useWhole<DriveRow>("tape/drives");
export const useMedia = () => useWhole<MediaRow>("tape/media");
export const usePools = () => useWhole<PoolRow>("tape/pools");
export const useArchives = () => useWhole<ArchiveRow>("tape/archives");
