import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { AlertState, NewChannel } from "@/api/types";

const MOST = 500;
const ALERTS = "alerts"; // of channels too: an alert that is sent changes how they fare

/** Alerts in a state, newest first. */
export function useAlerts(state: AlertState) {
  return useQuery({
    queryKey: [ALERTS, state],
    queryFn: () => told(api.GET("/api/v1/alerts", { params: { query: { state, limit: MOST } } })),
  });
}

export function useActiveAlerts() {
  return useAlerts("active");
}

/** Where alerts are sent to. */
export function useChannels() {
  return useQuery({
    queryKey: [ALERTS, "channels"],
    queryFn: () => told(api.GET("/api/v1/alert-channels")),
  });
}

const AT = "/api/v1/alert-channels/{channel_id}";
const at = (id: string) => ({ params: { path: { channel_id: id } } });

/** Add a channel, or change the one of that id. */
export function useKeepChannel(id: string | undefined) {
  return useChange((body: NewChannel) =>
    told(
      id === undefined
        ? api.POST("/api/v1/alert-channels", { body })
        : api.PUT(AT, { ...at(id), body }),
    ),
  );
}

export function useRemoveChannel(id: string) {
  return useChange(() => told(api.DELETE(AT, at(id))));
}

/** Send a test over a channel; the answer says what became of it. */
export function useTestChannel(id: string) {
  return useChange(() => told(api.POST(`${AT}/test`, at(id))));
}

export function useDismiss() {
  return useChange((id: string) =>
    told(api.POST("/api/v1/alerts/{alert_id}/dismiss", { params: { path: { alert_id: id } } })),
  );
}

/** What changes alerts or channels, and has them read anew. */
function useChange<Answer, Given = void>(mutationFn: (given: Given) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => queries.invalidateQueries({ queryKey: [ALERTS] }),
  });
}
