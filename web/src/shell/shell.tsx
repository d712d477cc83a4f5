import { Suspense } from "react";
import { Outlet } from "react-router";
import { Toaster } from "sonner";

import type { Me } from "@/api/types";
import { EventsProvider } from "@/events/provider";
import { ExpiredDialog } from "@/session/expired";
import { useIsLeaving, useMe } from "@/session/session";
import { SignInPage } from "@/session/sign-in";
import { ConnectionBanner } from "@/shell/banner";
import { TaskDrawer } from "@/shell/drawer";
import { PaletteProvider } from "@/shell/palette";
import { Sidebar } from "@/shell/sidebar";
import { SkipLink, TopBar } from "@/shell/topbar";
import { useTheme } from "@/shell/theme";
import { Failed, Loading } from "@/ui/states";

/** What is around every page, or the sign-in page while nobody is signed in. */
export function Shell() {
  const me = useMe();
  const isLeaving = useIsLeaving();
  if (me.isPending || isLeaving) return <Loading />;
  if (me.isError) return <Failed problem={me.error} retry={() => void me.refetch()} />;
  if (me.data === null) return <SignInPage />;
  return <SignedIn me={me.data} />;
}

function SignedIn({ me }: { me: Me }) {
  const [theme] = useTheme();
  return (
    <EventsProvider>
      <PaletteProvider>
        <SkipLink />
        <div className="flex h-full">
          <Sidebar className="hidden lg:flex" />
          <div className="flex min-w-0 grow flex-col">
            <TopBar me={me} />
            <ConnectionBanner />
            <main id="content" tabIndex={-1} className="min-h-0 grow overflow-y-auto outline-none">
              <Suspense fallback={<Loading />}>
                <Outlet />
              </Suspense>
            </main>
            <TaskDrawer />
          </div>
        </div>
        <ExpiredDialog me={me} />
        <Toaster theme={theme} position="bottom-right" offset={56} />
      </PaletteProvider>
    </EventsProvider>
  );
}
