/** The pages of the main navigation, and what a person must be allowed to see them. */
import {
  Archive,
  BellRing,
  CalendarClock,
  CassetteTape,
  Gauge,
  HardDrive,
  ListTodo,
  type LucideIcon,
  Server,
  Users,
} from "lucide-react";

import type { en } from "@/text/en";

export interface NavPage {
  name: keyof typeof en.nav;
  path: string;
  icon: LucideIcon;
  permission: string;
  /** Pressed after g. */
  key: string;
}

export const PAGES: readonly NavPage[] = [
  { name: "dashboard", path: "/", icon: Gauge, permission: "jobs:read", key: "d" },
  { name: "jobs", path: "/jobs", icon: ListTodo, permission: "jobs:read", key: "j" },
  {
    name: "schedules",
    path: "/schedules",
    icon: CalendarClock,
    permission: "schedules:read",
    key: "c",
  },
  { name: "storage", path: "/storage", icon: HardDrive, permission: "storage:read", key: "s" },
  { name: "tape", path: "/tape", icon: CassetteTape, permission: "tape:read", key: "t" },
  { name: "backup", path: "/backup", icon: Archive, permission: "backup:read", key: "b" },
  { name: "alerts", path: "/alerts", icon: BellRing, permission: "alerts:read", key: "a" },
  { name: "system", path: "/system", icon: Server, permission: "jobs:read", key: "y" },
  { name: "accounts", path: "/accounts", icon: Users, permission: "jobs:read", key: "u" },
];
