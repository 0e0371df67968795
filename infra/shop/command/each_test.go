package command

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/order"
)

var errBroken = errors.New("broken")

// failing yields n items, then the error if it has one.
func failing[T any](n int, item func(i int) T, end error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for i := range n {
			if !yield(item(i), nil) {
				return
			}
		}
		if end != nil {
			var none T
			yield(none, end)
		}
	}
}

// printed is what a list prints.
func printed(t *testing.T, line string, list func(*cobra.Command) error) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := &cobra.Command{Use: "x", RunE: func(cmd *cobra.Command, _ []string) error { return list(cmd) }}
	cli.Prepare(cmd)
	cmd.SetOut(&out)
	cmd.SetArgs(strings.Fields(line))
	err := cmd.Execute()
	return out.String(), err
}

func customer(i int) access.Customer {
	return access.Customer{Customer: fmt.Sprintf("cus_%05d", 99999-i), Features: access.Life{Seen: []string{"one", "two"}}}
}

func TestAccessIsPrintedByPage(t *testing.T) {
	for _, c := range []struct {
		n, limit, rows int
		end            error
		first          string
	}{
		{3, 0, 6, nil, "cus_99997"},
		{3, 5, 5, nil, "cus_99997"},
		{2500, 0, 5000, nil, "cus_99000"}, // the first of the first page
		{2500, 1, 1, nil, "cus_99000"},
		{1200, 0, 2400, errBroken, "cus_99000"},
	} {
		out, err := printed(t, "--json", func(cmd *cobra.Command) error {
			return printAccess(cmd, rowsOf(failing(c.n, customer, c.end), time.Now(), 0), c.limit)
		})
		if n := strings.Count(out, "\n"); !errors.Is(err, c.end) || n != c.rows || !strings.Contains(strings.SplitN(out, "\n", 2)[0], c.first) {
			t.Errorf("%+v: %d rows, %v, %.80s", c, n, err, out)
		}
	}
}

func TestOrdersReadBeforeAnErrorArePrinted(t *testing.T) {
	orders := func(i int) order.Order { return order.Order{Order: fmt.Sprint("pi_", i)} }
	for line, c := range map[string]struct {
		n    int
		end  error
		want string
	}{
		"":       {3, errBroken, "pi_2"},
		"--json": {3, errBroken, `"order":"pi_2"`},
	} {
		out, err := printed(t, line, func(cmd *cobra.Command) error { return printOrders(cmd, failing(c.n, orders, c.end), cli.ListFlags{}) })
		if !errors.Is(err, c.end) || !strings.Contains(out, c.want) {
			t.Errorf("%q: %v, %s", line, err, out)
		}
	}
	if out, err := printed(t, "", func(cmd *cobra.Command) error { return printOrders(cmd, failing(0, orders, nil), cli.ListFlags{}) }); err != nil || out != "no orders\n" {
		t.Errorf("%q, %v", out, err)
	}
}
