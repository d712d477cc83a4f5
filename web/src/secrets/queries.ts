import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { NewSecret } from "@/api/types";
import { useMay } from "@/session/session";

const SECRETS = ["secrets"] as const;

/** The names of the secrets and when they were used; values cannot be read by anyone. */
export function useSecrets() {
  const may = useMay();
  return useQuery({
    queryKey: SECRETS,
    queryFn: () => told(api.GET("/api/v1/secrets")),
    enabled: may("secrets:read"),
  });
}

export function useStoreSecret() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...body }: NewSecret & { name: string }) =>
      told(api.PUT("/api/v1/secrets/{name}", { params: { path: { name } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: SECRETS }),
    gcTime: 0, // the value is not kept once it is stored
  });
}

export function useRemoveSecret() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      told(api.DELETE("/api/v1/secrets/{name}", { params: { path: { name } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: SECRETS }),
  });
}
