import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";

import { Problem, UNREACHABLE } from "@/api/problem";
import { router } from "@/routes";
import { TooltipProvider } from "@/ui/tooltip";

const RETRIES = 2;

/** What is tried again: no answer, or "not now". A refusal stays one. */
function isWorthRetrying(failures: number, problem: unknown): boolean {
  const passing =
    problem instanceof Problem && (problem.status === UNREACHABLE || problem.status >= 502);
  return passing && failures < RETRIES;
}

const queries = new QueryClient({
  defaultOptions: {
    // Events say what has changed; a look around when coming back is all that is left to do.
    queries: { staleTime: 10_000, retry: isWorthRetrying },
    mutations: { retry: false },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
