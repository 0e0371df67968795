package lambda

import (
	"os"
	"path/filepath"
	"testing"
)

func TestABuildAfterwardsDoesNotTouchWhatIsInstalled(t *testing.T) {
	built := filepath.Join(t.TempDir(), "act")
	replace := func(text string) {
		if err := os.WriteFile(built+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(built+".new", built); err != nil {
			t.Fatal(err)
		}
	}
	replace("old")
	got, err := Install(map[string]string{"Act": built}, filepath.Join(t.TempDir(), "bin"))
	if err != nil {
		t.Fatal(err)
	}
	replace("new")
	if text, err := os.ReadFile(got["Act"]); err != nil || string(text) != "old" {
		t.Errorf("got %s, %v", text, err)
	}
}
