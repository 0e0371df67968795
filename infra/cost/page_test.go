package cost_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/cost"
)

const project = "../.."

// counts reads what was counted, and skips the test in a fork.
func counts(t *testing.T) cost.Counts {
	t.Helper()
	c, err := cost.Read()
	if err != nil {
		t.Fatal(err)
	}
	why, err := c.Fork(project)
	if err != nil {
		t.Fatal(err)
	}
	if why != "" {
		t.Skip(why)
	}
	return c
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(project + "/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPageIsWhatTheCodeComputes(t *testing.T) {
	page, err := cost.Page(project, counts(t))
	if err != nil {
		t.Fatal(err)
	}
	now := read(t, "infra/COST.md")
	if bytes.Equal(now, page) {
		return
	}
	said := bytes.Split(now, []byte("\n"))
	for i, line := range bytes.Split(page, []byte("\n")) {
		if i >= len(said) || !bytes.Equal(line, said[i]) {
			t.Fatalf("infra/COST.md:%d: run go run ./infra/cost/command, which writes\n%s", i+1, line)
		}
	}
	t.Fatal("infra/COST.md has lines at its end that go run ./infra/cost/command does not write")
}

// TestUnitsOfTheReadmeAreCounted compares the write units up to the bus: those of events,
// and of the delivery to fetch.
func TestUnitsOfTheReadmeAreCounted(t *testing.T) {
	c, readme := counts(t).Kinds, read(t, "README.md")
	upToTheBus := func(kind string) (units float64) {
		for name, n := range c[kind].Write {
			if strings.HasPrefix(name, "events") {
				units += n
			}
		}
		return units + c[kind].Write["deliveries"] - c[cost.One].Write["deliveries"]
	}
	for pattern, kinds := range map[string][]string{
		`(\d+) write units up to the bus`:                                 {cost.One},
		`(\d+) write units, (\d+) if the body does not name its snapshot`: {cost.Thin, cost.ThinOnly},
	} {
		said := regexp.MustCompile(pattern).FindSubmatch(readme)
		if len(said) != len(kinds)+1 {
			t.Errorf("the README does not say %s", pattern)
			continue
		}
		for i, kind := range kinds {
			if n := fmt.Sprint(upToTheBus(kind)); n != string(said[i+1]) {
				t.Errorf("%s: the README says %s write units, %s are counted", kind, said[i+1], n)
			}
		}
	}
}

func TestForkHasNoPage(t *testing.T) {
	c := counts(t)
	c.Actions = append(c.Actions, "notify-churn")
	if why, err := c.Fork(project); !strings.Contains(why, "does not have the action notify-churn") || err != nil {
		t.Errorf("a tree without one of the actions: %q, %v", why, err)
	}
	c.Actions = c.Actions[1 : len(c.Actions)-1]
	if why, err := c.Fork(project); why != "" || err != nil {
		t.Errorf("a tree with a new action of the shop: %q, %v", why, err)
	}
}
