package actiontest

import (
	"context"
	"fmt"
	"io"
	"testing"
)

// InExample stands for the t that an Example function does not have: what would end a
// test panics.
func InExample() testing.TB { return inExample{} }

type inExample struct{ testing.TB }

func (inExample) Helper()                           {}
func (inExample) Context() context.Context          { return context.Background() }
func (inExample) Output() io.Writer                 { return io.Discard }
func (inExample) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
