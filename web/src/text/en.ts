/** Every English text of the pages, by the page it stands on: one file each in `en/`. */
import { accounts } from "@/text/en/accounts";
import { alerts } from "@/text/en/alerts";
import { backup } from "@/text/en/backup";
import { dashboard } from "@/text/en/dashboard";
import { drawer } from "@/text/en/drawer";
import { inventory } from "@/text/en/inventory";
import { job } from "@/text/en/job";
import { jobs } from "@/text/en/jobs";
import { keys } from "@/text/en/keys";
import { nav } from "@/text/en/nav";
import { problem } from "@/text/en/problem";
import { schedules } from "@/text/en/schedules";
import { secrets } from "@/text/en/secrets";
import { session } from "@/text/en/session";
import { shell } from "@/text/en/shell";
import { state } from "@/text/en/state";
import { storage } from "@/text/en/storage";
import { submit } from "@/text/en/submit";
import { system } from "@/text/en/system";
import { tape } from "@/text/en/tape";
import { time } from "@/text/en/time";
import { ui } from "@/text/en/ui";

export const en = {
  accounts,
  alerts,
  backup,
  dashboard,
  drawer,
  inventory,
  job,
  jobs,
  keys,
  nav,
  problem,
  schedules,
  secrets,
  session,
  shell,
  state,
  storage,
  submit,
  system,
  tape,
  time,
  ui,
} as const;
