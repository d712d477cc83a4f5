import { SubsystemTables } from "@/inventory/page";

export function TapePage() {
  return <SubsystemTables subsystem="tape" />;
}
