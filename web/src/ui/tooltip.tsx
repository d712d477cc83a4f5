import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** A word more for whoever points at something or focuses it. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={4}
          className="bg-ink text-page z-50 max-w-80 rounded-md px-2 py-1 text-xs shadow"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const TooltipProvider = Radix.Provider;
