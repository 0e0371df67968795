package main

// shop lists the folders of the sample business. All others are pipeline,
// simulation or command, which work without it.
var shop = []string{
	"internal/order", "internal/access", "internal/inventory", "internal/fraud", "internal/journal",
	"functions/update-order", "functions/send-receipt", "functions/grant-access", "functions/adjust-inventory",
	"functions/flag-fraud", "functions/send-notice", "functions/post-journal",
	"infra/story",
}

// arrow is an import that leads from outside the shop into it.
type arrow struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// arrows lists the arrows into the shop by importer.
func arrows(all map[string]listed) []arrow {
	found := []arrow{}
	for _, name := range sorted(all) {
		if under(name, shop...) {
			continue
		}
		for _, used := range all[name].uses() {
			if under(used, shop...) {
				found = append(found, arrow{name, used})
			}
		}
	}
	return found
}
