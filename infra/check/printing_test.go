package check

import "testing"

// printers print to the process's own streams, which nothing filters.
var printers = []string{"os.Stdout", "os.Stderr", "fmt.Print", "fmt.Printf", "fmt.Println", "log.Print", "log.Printf", "log.Println"}

// What payhooks prints may hold text of others: it goes to the writers that cobra
// gives to a command, which filter it. Tools that read this source only are free.
func TestCommandsPrintToTheirFilteredWriters(t *testing.T) {
	folders := []string{"infra/payhooks", "infra/cli", "infra/demo", "infra/chaos", "infra/local"}
	within(t, packages(t), folders...)
	var found []violation
	for _, s := range sources(t) {
		if under(s.in.name(), append(folders, "infra/shop")...) {
			found = append(found, s.selected(printers, "print to cmd.OutOrStdout or cmd.ErrOrStderr")...)
		}
	}
	onlyShrinks(t, nil, found)
}
