import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { NewToken, NewUser, UserChange } from "@/api/types";

const USERS = ["accounts", "users"] as const;
const TOKENS = ["accounts", "tokens"] as const;

export function useUsers() {
  return useQuery({ queryKey: USERS, queryFn: () => told(api.GET("/api/v1/users")) });
}

export function useRoles() {
  return useQuery({
    queryKey: ["accounts", "roles"],
    queryFn: () => told(api.GET("/api/v1/roles")),
    staleTime: Infinity,
  });
}

export function useTokens() {
  return useQuery({ queryKey: TOKENS, queryFn: () => told(api.GET("/api/v1/tokens")) });
}

export function useMakeUser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewUser) => told(api.POST("/api/v1/users", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: USERS }),
  });
}

export function useChangeUser(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: UserChange) =>
      told(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: id } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: USERS }),
  });
}

export function useRemoveUser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      told(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: USERS }),
  });
}

export function useMakeToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewToken) => told(api.POST("/api/v1/tokens", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}

export function useRemoveToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      told(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}
