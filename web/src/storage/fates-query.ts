import { useQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { Schedule } from "@/api/types";
import { toldOf } from "@/storage/fates";

/** As of when: by a lifetime more goes later; what counts say depends on what is yet to come. */
export const AHEAD = ["now", "day", "week", "month"] as const;
export type Ahead = (typeof AHEAD)[number];

const DAY_MS = 86_400_000;
const AHEAD_MS: Record<Ahead, number> = {
  now: 0,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};

/** What the policies of these schedules say of their snapshots; asked anew when those change. */
export function useFates(schedules: readonly Schedule[], ahead: Ahead) {
  const asked = schedules.map(({ id, updated_at }) => `${id} ${updated_at}`);
  return useQuery({
    queryKey: ["inventory", "storage/snapshots", "fates", asked, ahead],
    queryFn: async () => {
      const now = new Date(Date.now() + AHEAD_MS[ahead]).toISOString();
      const answers = await Promise.all(schedules.map((schedule) => preview(schedule, now)));
      return toldOf(answers.map(({ items }) => items));
    },
    enabled: schedules.length > 0,
  });
}

/** Asked by schedule, the API counts what every other owner, hold and replication says too. */
function preview({ id, retention, tz, node }: Schedule, now: string) {
  if (retention === null) return Promise.resolve({ items: [] });
  const body = { policy: retention, schedule: id, tz, node, now };
  return told(api.POST("/api/v1/retention/preview", { body }));
}
