package cli

import (
	"cmp"
	"os"
	"os/user"
)

// DecidedBy names the operator as the machine does, and the reason for a decision.
func DecidedBy(reason string) string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return cmp.Or(name, "unknown user") + ": " + cmp.Or(reason, "no reason given")
}
