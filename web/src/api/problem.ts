import { t } from "i18next";

/** One field that the API refused; `pointer` is a JSON pointer such as /params/dataset. */
export interface FieldFault {
  pointer: string;
  code: string;
  message: string;
}

/** What the API refused and why, as RFC 9457 has it; also what stands for no answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldFault[];
  readonly holderJob: string | null;
  readonly traceId: string | null;
  readonly retryAfterS: number | null;

  constructor(told: Partial<Told> & { status: number; retryAfterS?: number | null }) {
    super(told.detail ?? told.title ?? String(told.status));
    this.name = "Problem";
    this.status = told.status;
    this.code = told.code ?? "unknown";
    this.title = told.title ?? t("problem.title");
    this.detail = told.detail ?? "";
    this.errors = told.errors ?? [];
    this.holderJob = told.holder_job ?? null;
    this.traceId = told.trace_id ?? null;
    this.retryAfterS = told.retryAfterS ?? null;
  }
}

interface Told {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors: FieldFault[] | null;
  holder_job: string | null;
  trace_id: string;
}

/** Status 0: nobody answered. */
export const UNREACHABLE = 0;

export function unreachable(): Problem {
  return new Problem({
    status: UNREACHABLE,
    code: "unreachable",
    title: t("problem.unreachable"),
    detail: t("problem.unreachableDetail"),
  });
}

/** Read a refusal; a proxy's page of HTML becomes a problem of its status, too. */
export function problemOf(response: Response, body: unknown): Problem {
  const { status } = response;
  const retryAfterS = seconds(response.headers.get("retry-after"));
  if (isTold(body)) return new Problem({ ...body, status, retryAfterS });
  return new Problem({
    status,
    code: "no_json",
    detail: t("problem.noJson", { status }),
    retryAfterS,
  });
}

function isTold(body: unknown): body is Partial<Told> {
  return typeof body === "object" && body !== null && "code" in body;
}

function seconds(header: string | null): number | null {
  const value = header === null ? NaN : Number(header);
  return Number.isNaN(value) ? null : value;
}
