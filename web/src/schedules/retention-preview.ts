import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { RetentionItem, RetentionPreview } from "@/api/types";
import { type Policy, tidy } from "@/schedules/policy";
import { useSettled } from "@/schedules/settled";

export interface Tried {
  policy: Policy | null;
  tz: string;
  /** As if it were then. */
  now?: string;
  dataset?: string;
  schedule?: string;
}

const NOTHING = { policy: {}, tz: "UTC" };

/** What a policy would do, asked once it is no longer being changed; null asks nothing. */
export function useRetentionPreview(tried: Tried | null) {
  const wanted = tried && { ...tried, policy: tidy(tried.policy) ?? {} };
  const settled = useSettled(wanted);
  const isSettled = JSON.stringify(settled) === JSON.stringify(wanted);
  const preview = useQuery({
    queryKey: ["retention-preview", settled],
    queryFn: (): Promise<RetentionPreview> =>
      told(api.POST("/api/v1/retention/preview", { body: settled ?? NOTHING })),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: 0,
  });
  return { ...preview, isUpToDate: isSettled && !preview.isFetching };
}

/** Those that stay by what is saved and would go by what is tried. */
export function newlyGoing(preview: RetentionPreview): RetentionItem[] {
  return preview.items.filter((item) => item.changes === true);
}
