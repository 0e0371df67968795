package engine

import (
	"context"
	"log/slog"

	"github.com/payhooks/payhooks/infra/local/npm"
)

// Install returns the path of the engine's binary that the package-lock.json in dir names.
// It is installed first if it is not there. Two processes may do so at once.
func Install(ctx context.Context, dir string, log *slog.Logger) (string, error) {
	return npm.Engine(dir).Install(ctx, log)
}
