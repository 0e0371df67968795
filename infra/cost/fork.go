package cost

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Fork says why the page is not of the tree in dir: a fork has actions of its own, or
// not all of the sample shop. Empty for payhooks as it is released.
func (c Counts) Fork(dir string) (why string, err error) {
	s, err := Open(dir, nil)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(dir, "template.yaml"))
	if err != nil {
		return "", err
	}
	shop := shopOf(string(text))
	for _, action := range c.Actions {
		if !slices.Contains(s.Actions, action) {
			return fmt.Sprintf("this tree does not have the action %s of the sample shop", action), nil
		}
	}
	for _, action := range s.Actions {
		if !slices.Contains(c.Actions, action) && !strings.Contains(shop, "CodeUri: functions/"+action+"\n") {
			return fmt.Sprintf("this tree has the action %s, which is not the sample shop's", action), nil
		}
	}
	return "", nil
}

// shopOf is what is between the markers of the sample shop.
func shopOf(text string) string {
	var shop strings.Builder
	for i, part := range strings.Split(text, "# ---- Shop\n") {
		if inside, _, ended := strings.Cut(part, "# ---- End of shop\n"); i > 0 && ended {
			shop.WriteString(inside)
		}
	}
	return shop.String()
}
