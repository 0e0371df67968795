// Command payhooks runs the stack on this machine and looks into a running
// one, local or deployed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// errStopped is a command that Ctrl-C ended before it had anything to say.
var errStopped = errors.New("stopped")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	err := rootCommand().ExecuteContext(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errStopped
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "payhooks:", err)
		os.Exit(exitCode(err))
	}
}
