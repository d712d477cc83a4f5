import { Switch as Radix } from "radix-ui";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import type { Schedule } from "@/api/types";
import { ChangedMeanwhile, useChange } from "@/schedules/queries";

/** Turns a schedule on and off, unless somebody changed it since. */
export function EnabledSwitch({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const { turn, isPending } = useTurn(schedule);
  return (
    <Radix.Root
      checked={schedule.enabled}
      disabled={isPending}
      aria-label={t("schedules.enable", { name: schedule.name })}
      onCheckedChange={turn}
      className="bg-strong data-[state=checked]:bg-accent relative h-6 w-10 shrink-0 rounded-full transition-colors disabled:opacity-60"
    >
      <Radix.Thumb className="bg-surface block size-5 translate-x-0.5 rounded-full transition-transform data-[state=checked]:translate-x-[1.125rem]" />
    </Radix.Root>
  );
}

/** Turning one on or off, and what is said of it. */
export function useTurn(schedule: Schedule) {
  const { t } = useTranslation();
  const change = useChange();
  const { name } = schedule;
  const turn = (enabled: boolean) =>
    change.mutate(
      { shown: schedule, change: { enabled } },
      {
        onSuccess: () => toast(t(enabled ? "schedules.enabled" : "schedules.disabled", { name })),
        onError: (problem) =>
          toast.error(
            problem instanceof ChangedMeanwhile
              ? t("schedules.changedMeanwhile", { by: problem.by })
              : problem.message,
          ),
      },
    );
  return { turn, isPending: change.isPending };
}
