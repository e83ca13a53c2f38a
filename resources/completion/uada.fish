# Completion of uada's command line in fish. The program says itself what may follow; files do, too.
complete -c uada -a '(uada complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
