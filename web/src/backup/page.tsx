import { SubsystemTables } from "@/inventory/page";

export function BackupPage() {
  return <SubsystemTables subsystem="backup" />;
}
