package cost

import (
	"fmt"
	"os"
	"slices"

	"github.com/payhooks/payhooks/infra/check"
)

// Fork says why the page is not of the tree in dir: a fork has its own actions, or
// not all of the sample shop. Empty for payhooks as it is released.
func (c Counts) Fork(dir string) (why string, err error) {
	s, err := Open(dir, nil)
	if err != nil {
		return "", err
	}
	shop, err := check.ShopFolders(os.DirFS(dir))
	if err != nil {
		return "", err
	}
	for _, action := range c.Actions {
		if !slices.Contains(s.Actions, action) {
			return fmt.Sprintf("this tree does not have the action %s of the sample shop", action), nil
		}
	}
	for _, action := range s.Actions {
		if !slices.Contains(c.Actions, action) && !slices.Contains(shop, "functions/"+action) {
			return fmt.Sprintf("this tree has the action %s, which is not the sample shop's", action), nil
		}
	}
	return "", nil
}
