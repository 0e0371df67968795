//go:build aws

package main

func init() {
	awsParameters["Mail"], awsParameters["MailTestRecipient"] = "always", "customer"
	shopRuns = []awsRun{
		{"orders --json", `"order"`},
		{"access --json", `"customer"`},
		{"stock --json", `"item"`},
		{"stock set prod_x 5 --mode test", "prod_x"},
		{"holds --json", `"order"`},
		{"journal --json", `"fact"`},
		{"report", "sales"},
		{"mails", "kept by the local stack only"},
		{"notices", "kept by the local stack only"},
	}
}
