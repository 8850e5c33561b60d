module example.test/go-echo

go 1.21
