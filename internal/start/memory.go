package start

import (
	"os"
	"runtime/debug"
	"strconv"
)

// roomy lets the heap grow to three times what is in use before garbage is collected, not
// twice: of a function that handles batches the collector took a third of the CPU time. Far
// below what Lambda allows, where it would end the process, all is as before.
func roomy(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return // the deployment has its own setting
	}
	debug.SetGCPercent(200)
	if megabytes, err := strconv.ParseInt(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 64); err == nil {
		debug.SetMemoryLimit(megabytes << 20 / 3 * 2)
	}
}

// Batches starts a function that handles batches.
func Batches(build func(*Stack) (handler any, err error)) {
	roomy(os.Getenv)
	Function(build)
}
