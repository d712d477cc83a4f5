import { useQuery } from "@tanstack/react-query";

import type { Schedule } from "@/api/types";
import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";

export interface Rights {
  run: boolean;
  edit: boolean;
  /** Off is always possible to those who may change schedules; on means to do what it does. */
  toggle: boolean;
  remove: boolean;
}

/** What the person may do with a schedule. */
export function useRights(): (schedule: Schedule) => Rights {
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  return (schedule) => {
    const type = types.data?.find((one) => one.name === schedule.type);
    const mayDoIt = type !== undefined && may(type.permission);
    const mayChange = may("schedules:configure");
    return {
      run: mayDoIt && may("schedules:operate"),
      edit: mayChange && mayDoIt,
      toggle: mayChange && (schedule.enabled || mayDoIt),
      remove: mayChange,
    };
  };
}
