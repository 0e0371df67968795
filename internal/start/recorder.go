package start

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/payhooks/payhooks/internal/crash"
)

// Recorder keeps which attempts this process runs in its temporary folder, which
// Lambda leaves as it is when it starts the function again after a crash. A folder
// that cannot be written costs the reasons of such attempts, nothing else.
func (s *Stack) Recorder() (*crash.Recorder, bool) {
	megabytes, _ := strconv.ParseInt(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 64) // empty outside Lambda
	r, err := crash.Open(filepath.Join(os.TempDir(), "attempts"), megabytes<<20, Now)
	if err != nil {
		s.Log.Warn("running attempts are not recorded", "error", err.Error())
	}
	return r, err == nil
}
