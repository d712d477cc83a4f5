import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { AlertState } from "@/api/types";

const MOST = 500;

/** Alerts in a state, newest first. */
export function useAlerts(state: AlertState) {
  return useQuery({
    queryKey: ["alerts", state],
    queryFn: () => told(api.GET("/api/v1/alerts", { params: { query: { state, limit: MOST } } })),
  });
}

export function useActiveAlerts() {
  return useAlerts("active");
}

export function useDismiss() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      told(api.POST("/api/v1/alerts/{alert_id}/dismiss", { params: { path: { alert_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
}
