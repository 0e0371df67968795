package wire

import "strings"

// suffixes are the DNS names of AWS's partitions, by how the names of their regions begin.
var suffixes = [...]struct{ region, dns string }{
	{"cn-", "amazonaws.com.cn"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"us-isof-", "csp.hci.ic.gov"},
	{"us-iso-", "c2s.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"eusc-", "amazonaws.eu"},
}

// hosts are the services whose hosts have another name than their signatures.
var hosts = map[string]string{"ses": "email"}

func endpoint(host, region string) string {
	dns := "amazonaws.com"
	for _, s := range suffixes {
		if strings.HasPrefix(region, s.region) {
			dns = s.dns
			break
		}
	}
	return "https://" + host + "." + region + "." + dns
}
