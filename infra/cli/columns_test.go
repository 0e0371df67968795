package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// table prints two rows to a terminal of the width; 0 is none.
func printedTable(t *testing.T, columns int, args ...string) []string {
	t.Helper()
	var b bytes.Buffer
	cmd := &cobra.Command{Use: "x", RunE: func(cmd *cobra.Command, _ []string) error {
		rows := NewRows(cmd, "EVENT", "AT", "AMOUNT", "REASON")
		for _, reason := range []string{"the address was rejected by the service that sends mails, as it said twice", "no"} {
			f := ListFlags{}
			if err := rows.Add(nil, "evt_1NG8Du2eZvKYlo2CUI79vXWy", Time(time.Unix(1790000000, 0)), f.Money(1234567890, "eur"), rows.Text(reason, 60)); err != nil {
				return err
			}
		}
		return rows.Flush("none")
	}}
	WideFlag(cmd)
	cmd.SilenceErrors = true
	cmd.SetOut(&Output{to: &b, terminal: columns > 0, columns: columns})
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestTableIsNoWiderThanTheTerminalAndCutsSentencesFirst(t *testing.T) {
	for _, width := range []int{60, 100, 120} {
		lines := printedTable(t, width)
		for _, line := range lines {
			if n := text.StringWidthWithoutEscSequences(line); n > width {
				t.Errorf("%d characters in a terminal of %d: %s", n, width, line)
			}
		}
		if !strings.Contains(lines[1], " 12345678.90 EUR ") {
			t.Errorf("a part of an amount: %q", lines)
		}
		if long, short := strings.Contains(lines[1], "2026-09-21 14:13:20"), strings.Contains(lines[1], " 09-21 14:13 "); long != (width >= 100) || short == long {
			t.Errorf("a time is neither whole nor without year and seconds: %q", lines)
		}
		if whole := strings.Contains(lines[1], "evt_1NG8Du2eZvKYlo2CUI79vXWy"); len(lines) != 3 || !strings.Contains(lines[1], "…") || whole != (width >= 100) {
			t.Errorf("in %d: %q", width, lines)
		}
	}
}

// In 80 columns an event's id is whole: it is typed into the next command.
func TestNarrowTableLeavesOutSpareColumnsBeforeItCutsIDs(t *testing.T) {
	columns := make([]column, 6)
	for i, name := range []string{"RECEIVED", "ID", "TYPE", "STATUS", "SCOPE", "API VERSION"} {
		columns[i].name, columns[i].width = name, len(name)
		columns[i].widen([]string{"2026-11-29 22:53:39", "evt_1NG8Du2eZvKYlo2CUI79vXWy", "checkout.session.completed", "waiting", "test/own", "2026-08-26.dahlia"}[i])
	}
	for width, want := range map[int][]int{
		0: {19, 28, 26, 7, 8, 17}, 120: {19, 28, 26, 7, 8, 17}, 100: {11, 28, 26, 7, 8, 0}, 80: {11, 28, 26, 7, 0, 0}, 50: {11, 16, 8, 7, 0, 0},
	} {
		if got := fit(columns, width); !slices.Equal(got, want) {
			t.Errorf("in %d: %v, want %v", width, got, want)
		}
	}
}

func TestTableIsCutToNoWidthInAPipeAndNotAtAllWithWide(t *testing.T) {
	if lines := printedTable(t, 0); !strings.Contains(lines[1], "by the service that sends mails, a…") {
		t.Errorf("%q", lines)
	}
	for _, width := range []int{0, 60} {
		if lines := printedTable(t, width, "--wide"); !strings.HasSuffix(strings.TrimSpace(lines[1]), "as it said twice") || strings.Contains(lines[1], "…") {
			t.Errorf("%q", lines)
		}
	}
}

func TestAmountsAreAtTheRightAsPeopleWriteThem(t *testing.T) {
	f, minor := ListFlags{}, ListFlags{Minor: true}
	for _, c := range []struct {
		n        int64
		currency string
		want     Amount
	}{{1234, "eur", "12.34 EUR"}, {500, "jpy", "500 JPY"}, {1230, "kwd", "1.230 KWD"}, {-5, "usd", "-0.05 USD"}} {
		if got := f.Money(c.n, c.currency); got != c.want || minor.Money(c.n, c.currency) != c.n {
			t.Errorf("%d %s is %v", c.n, c.currency, got)
		}
	}
}

func TestListsAreCutAtTheirEndOrAtTheirBeginning(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	all := []int{1, 2, 3, 4}
	f := ListFlags{Limit: 2, Since: at(2)}
	if first, latest := First(f, all, at), Latest(f, all, at); !slices.Equal(first, []int{2, 3}) || !slices.Equal(latest, []int{3, 4}) {
		t.Errorf("%v %v", first, latest)
	}
	if all := First(ListFlags{}, all, nil); len(all) != 4 {
		t.Errorf("without flags: %v", all)
	}
}

func TestListFlagsThatCannotBeAreUsageErrors(t *testing.T) {
	for args, ok := range map[string]bool{"--limit 0": true, "--limit -1": false, "--since 1h": true, "--since soon": false, "--mode odd": false, "--account own": true} {
		var f ListFlags
		cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return f.Check(time.Now()) }}
		f.AddLimit(cmd, 0, "how many at most")
		f.AddSince(cmd, "those")
		f.Scope.Add(cmd, "those")
		cmd.SetArgs(strings.Fields(args))
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		if err := cmd.Execute(); (err == nil) != ok || err != nil && ExitCode(err) != 2 {
			t.Errorf("%s: %v", args, err)
		}
	}
}
