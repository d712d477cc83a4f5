import { SubsystemTables } from "@/inventory/page";

export function StoragePage() {
  return <SubsystemTables subsystem="storage" />;
}
