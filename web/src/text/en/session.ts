export const session = {
  title: "Sign in",
  subtitle: "Calypso, the control plane of this appliance",
  username: "User name",
  password: "Password",
  submit: "Sign in",
  again: "Sign in again",
  expired: "Your session has ended. Sign in to carry on where you were: nothing you typed is lost.",
  signOut: "Sign out",
  signedInAs: "Signed in as {{name}}",
} as const;
