/** The only way to the API: signed by cookies, refreshed once when the access token is over. */
import createClient from "openapi-fetch";

import { cookie } from "@/api/cookies";
import { problemOf, unreachable } from "@/api/problem";
import type { paths } from "@/api/types";
import { whileSignedIn } from "@/session/asking";
import { sessionEnded } from "@/session/ended";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const LOGIN = "/api/v1/auth/login";
const REFRESH = "/api/v1/auth/refresh";
const UNAUTHORIZED = 401;

let refreshing: Promise<boolean> | null = null;

/** Get a new access token; however many ask at once, the API is asked once. */
export function refresh(): Promise<boolean> {
  refreshing ??= fetch(REFRESH, {
    method: "POST",
    headers: { "X-CSRF-TOKEN": cookie("calypso_csrf_refresh") },
  })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** fetch, signed. A refused token is refreshed once; when that fails the session has ended. */
export async function signedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await attempt(request);
  if (response.status !== UNAUTHORIZED || request.url.endsWith(LOGIN)) return response;
  if (await refresh()) return attempt(again);
  sessionEnded();
  return response;
}

async function attempt(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set("X-CSRF-TOKEN", cookie("calypso_csrf"));
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw unreachable();
  }
}

export const api = createClient<paths>({
  baseUrl: "/",
  fetch: (request) => {
    const signal = AbortSignal.any([request.signal, whileSignedIn()]);
    return signedFetch(new Request(request, { signal }));
  },
});

/** The way in and out, which is open while `api` is closed. */
export const door = createClient<paths>({ baseUrl: "/", fetch: signedFetch });

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or the Problem as an exception. */
export async function told<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
