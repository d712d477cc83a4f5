import {
  type QueryClient,
  useIsMutating,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { api, door, told } from "@/api/client";
import { cookie } from "@/api/cookies";
import { Problem } from "@/api/problem";
import type { Me } from "@/api/types";
import { askAgain, stopAsking } from "@/session/asking";
import { covers } from "@/session/permissions";

const UNAUTHORIZED = 401;
export const ME = ["me"] as const;
const SIGN_OUT = ["sign-out"] as const;

/** Who is signed in; null: nobody. A browser that holds a session is let in without a word. */
export function useMe() {
  return useQuery({
    queryKey: ME,
    queryFn: async (): Promise<Me | null> => {
      if (cookie("calypso_csrf") === "") return null; // nobody has signed in with this browser
      try {
        return await told(api.GET("/api/v1/auth/me"));
      } catch (problem) {
        if (problem instanceof Problem && problem.status === UNAUTHORIZED) return null;
        throw problem;
      }
    },
    staleTime: Infinity,
  });
}

/** Whether the person may do something, such as `storage:operate`. */
export function useMay(): (permission: string) => boolean {
  const { data: me } = useMe();
  return (permission) => covers(me?.permissions ?? [], permission);
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) =>
      told(door.POST("/api/v1/auth/login", { body })),
    onSuccess: () => {
      askAgain();
      return queries.invalidateQueries();
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: SIGN_OUT,
    onMutate: () => leave(queries),
    mutationFn: () => told(door.POST("/api/v1/auth/logout")),
    onSuccess: () => queries.setQueryData(ME, null),
    onError: () => {
      askAgain(); // who has not got out is still in: `me` tells
      return queries.invalidateQueries({ queryKey: ME });
    },
  });
}

/** Whether somebody is on the way out: no page is shown then. */
export function useIsLeaving(): boolean {
  return useIsMutating({ mutationKey: SIGN_OUT }) > 0;
}

/** Forget what the pages know, and let them ask no more: they would be refused. */
function leave(queries: QueryClient): void {
  void queries.cancelQueries();
  stopAsking();
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
}
