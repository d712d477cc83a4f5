import { useQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";

const MOST = 500;

/** Every schedule, by name. */
export function useSchedules() {
  return useQuery({
    queryKey: ["schedules"],
    queryFn: () => told(api.GET("/api/v1/schedules", { params: { query: { limit: MOST } } })),
  });
}
