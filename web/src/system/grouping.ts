import type { SubsystemInfo } from "@/api/types";

/** Subsystems in one order: by name, then by node. */
export function bySubsystem(all: readonly SubsystemInfo[]): SubsystemInfo[] {
  return all.toSorted(
    (a, b) => a.subsystem.localeCompare(b.subsystem) || a.node.localeCompare(b.node),
  );
}
