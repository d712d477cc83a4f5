import { useMutation } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import { Problem } from "@/api/problem";
import type { PlanAnswer } from "@/api/types";
import type { JobDraft } from "@/jobs/queries";
import type { Params, Schema } from "@/submit/schema";

/** Have a worker find out what a job would do; nothing is done. */
export function usePlan() {
  return useMutation({
    mutationFn: ({ type, params, node }: JobDraft) =>
      told(api.POST("/api/v1/plans", { body: { type, params, node: node ?? null } })),
  });
}

/** Whether the job was refused because its plan is not true any more. */
export function isStale(problem: unknown): boolean {
  return problem instanceof Problem && problem.code === "plan-stale";
}

/**
 * What must be typed before something is destroyed: the picked thing that the plan destroys, else
 * the first one picked, else the first that is named; a job without any is named itself.
 */
export function nameToType(
  schema: Schema,
  { type, params }: Pick<JobDraft, "type" | "params">,
  plan: Pick<PlanAnswer, "destroys">,
): string {
  const picked = named(schema, params, (field) => field["x-choices"] !== undefined);
  const all = named(schema, params, (field) => field.type === "string");
  const isDestroyed = (name: string) => plan.destroys.some((line) => line.includes(name));
  const verb = type.slice(type.indexOf(".") + 1);
  return picked.find(isDestroyed) ?? picked[0] ?? all.find(isDestroyed) ?? all[0] ?? verb;
}

function named(schema: Schema, params: Params, fits: (field: Schema) => boolean): string[] {
  return (schema.required ?? []).flatMap((name) => {
    const field = schema.properties?.[name];
    const value = params[name];
    if (field === undefined || !fits(field)) return [];
    return Array.isArray(value) ? value.slice(0, 1).map(String) : [String(value)];
  });
}
