import { queryOptions } from "@tanstack/react-query";

import { api, told } from "@/api/client";

// Nothing tells when these change: they are looked at again while the page is open.
const LOOK_MS = 10_000;
const looked = { refetchInterval: LOOK_MS, staleTime: 0 };

export const healthQuery = queryOptions({
  queryKey: ["system", "health"],
  queryFn: () => told(api.GET("/api/v1/readyz")),
  ...looked,
});

export const subsystemsQuery = queryOptions({
  queryKey: ["system", "subsystems"],
  queryFn: () => told(api.GET("/api/v1/subsystems")),
  ...looked,
});

export const queuesQuery = queryOptions({
  queryKey: ["system", "queues"],
  queryFn: () => told(api.GET("/api/v1/queues")),
  ...looked,
});

export const workersQuery = queryOptions({
  queryKey: ["system", "workers"],
  queryFn: () => told(api.GET("/api/v1/workers")),
  ...looked,
});

export const locksQuery = queryOptions({
  queryKey: ["system", "locks"],
  queryFn: () => told(api.GET("/api/v1/locks")),
  ...looked,
});
